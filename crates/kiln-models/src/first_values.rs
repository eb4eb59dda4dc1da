//! First values of linear layers that follow from rows of the training part.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};
use kiln_core::Seed;
use kiln_kernels::{Act, linear};
use serde::{Deserialize, Serialize};

use crate::parametrization::scaled;
use crate::schema::JsonSchema;

/// What the first weights and biases of linear layers are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FirstValues {
    /// Drawn, whatever the data.
    #[default]
    Drawn,
    /// Drawn, then fitted to rows of the training part, layer after layer: the weights of a unit are scaled so that its sums have a standard deviation of
    /// 1, and its bias is minus a mean of five of these sums with random weights, so that it bends where the data are. RealMLP's,
    /// `weight_init_mode = "std"` and `bias_init_mode = "he+5"` of pytabkit (Holzmüller, Grinsztajn and Steinwart 2024; Steinwart: A sober look at neural
    /// network initializations, 2019).
    Data,
}

impl FirstValues {
    /// Whether they are drawn.
    pub(crate) fn are_drawn(&self) -> bool {
        *self == Self::Drawn
    }
}

/// Rows that a bias is a mean of.
const MEMBERS: u64 = 5;

/// The layer with first values for these inputs, `[N, inputs]` with at least one row, where its weight computes times `gain`.
pub(crate) fn fitted(layer: Linear, gain: f64, x: Tensor<2>, seed: Seed) -> Linear {
    let rows = x.dims()[0];
    let weight = layer.weight.val();
    let device = weight.device();
    let sums: Vec<f64> =
        linear(x, scaled(weight.clone(), gain), None, Act::None).into_data().iter().collect();
    let [_, units] = weight.dims();
    let picked = |unit: usize| {
        let (rows_of, shares_of) = (seed.at(0).at(unit as u64), seed.at(1).at(unit as u64));
        (0..MEMBERS).map(move |member| {
            let row = (rows_of.uniform(member) * rows as f64) as usize;
            // Exponential: together, over their sum, they are uniform on the simplex.
            (row.min(rows - 1), -(1.0 - shares_of.uniform(member)).ln())
        })
    };
    let (factors, biases) = of_sums(&sums, units, picked);
    let weight: Vec<f64> = weight.into_data().iter().collect();
    let weight = weight.iter().zip(factors.iter().cycle()).map(|(weight, factor)| (weight * factor) as f32);
    let inputs = layer.weight.dims()[0];
    let bias = layer.bias.map(|_| {
        let biases = biases.iter().map(|bias| *bias as f32).collect();
        Param::from_data(TensorData::new::<f32, _>(biases, [units]), &device)
    });
    let weight = TensorData::new::<f32, _>(weight.collect(), [inputs, units]);
    Linear { weight: Param::from_data(weight, &device), bias }
}

/// What the weights of each unit are multiplied by, and its bias. `sums` are `[N, units]`; `picked` gives the rows of a unit and what each counts, greater
/// than 0. A unit whose sums are all the same keeps its weights.
fn of_sums<P: Iterator<Item = (usize, f64)>>(
    sums: &[f64],
    units: usize,
    picked: impl Fn(usize) -> P,
) -> (Vec<f64>, Vec<f64>) {
    let of_unit = |unit: usize| sums.iter().skip(unit).step_by(units);
    let rows = (sums.len() / units.max(1)).max(1) as f64;
    let values = (0..units).map(|unit| {
        let mean = of_unit(unit).sum::<f64>() / rows;
        let variance = of_unit(unit).map(|sum| (sum - mean).powi(2)).sum::<f64>() / rows;
        let factor = 1.0 / variance.sqrt();
        let factor = if factor.is_finite() { factor } else { 1.0 };
        let (total, counted) = picked(unit).fold((0.0, 0.0), |(total, counted), (row, share)| {
            (total + share * sums[row * units + unit], counted + share)
        });
        (factor, -total / counted.max(f64::MIN_POSITIVE) * factor)
    });
    values.unzip()
}

#[cfg(test)]
mod tests {
    use kiln_testkit::{assert_close, device, golden};

    use super::*;
    use crate::init::Init;

    /// `tests/golden/tabular.py` has what pytabkit's `WeightFitter` and `BiasFitter` make of these weights, sums, rows and shares.
    #[test]
    fn values_are_those_of_pytabkit() {
        let file = golden("models_first_values");
        let numbers = |name: &str| -> Vec<f64> { file.get(name).unwrap().iter().collect() };
        let (inputs, rows, shares) = (file.get("inputs").unwrap(), numbers("rows"), numbers("shares"));
        let drawn = file.get("drawn").unwrap();
        let units = drawn.shape()[1];
        let gain = 1.0 / (drawn.shape()[0] as f64).sqrt();
        let tensor = |data: &TensorData| Tensor::<2>::from_data(data.clone(), &device());
        let sums: Vec<f64> =
            tensor(inputs).matmul(tensor(drawn).mul_scalar(gain)).into_data().iter().collect();
        let members = MEMBERS as usize;
        let picked = |unit: usize| {
            let at = unit * members..(unit + 1) * members;
            rows[at.clone()]
                .iter()
                .map(|row| *row as usize)
                .zip(shares[at].to_vec())
                .collect::<Vec<_>>()
                .into_iter()
        };
        let (factors, biases) = of_sums(&sums, units, picked);
        let drawn = numbers("drawn");
        let weight: Vec<f64> =
            drawn.iter().zip(factors.iter().cycle()).map(|(weight, factor)| weight * factor).collect();
        assert_close(
            &TensorData::from(weight.as_slice()),
            &TensorData::from(numbers("weight").as_slice()),
            1e-6,
            1e-6,
        );
        assert_close(&TensorData::from(biases.as_slice()), file.get("bias").unwrap(), 1e-6, 1e-6);
    }

    #[test]
    fn sums_are_scaled_and_biases_lie_within_them() {
        let device = device();
        let layer = Init::new(&device, Seed::new(1)).linear(3, 40, true);
        let rows: Vec<f32> = (0..300).map(|i| 5.0 + 2.0 * Seed::new(2).normal(i) as f32).collect();
        let x = Tensor::<1>::from_floats(rows.as_slice(), &device).reshape([100, 3]);
        let make = |seed| fitted(layer.clone(), 0.5, x.clone(), Seed::new(seed));
        let made = make(3);
        let sums = linear(x.clone(), made.weight.val().mul_scalar(0.5), None, Act::None);
        let sums: Vec<f64> = sums.into_data().iter().collect();
        let biases: Vec<f64> = made.bias.as_ref().unwrap().val().into_data().iter().collect();
        assert_eq!(biases.len(), 40);
        for (unit, bias) in biases.iter().enumerate() {
            let own: Vec<f64> = sums.iter().skip(unit).step_by(40).copied().collect();
            let mean = own.iter().sum::<f64>() / 100.0;
            let variance = own.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / 100.0;
            assert!((variance - 1.0).abs() < 1e-4, "{variance}");
            let (least, most) = own.iter().fold((f64::MAX, f64::MIN), |(a, b), x| (a.min(*x), b.max(*x)));
            assert!(-bias >= least - 1e-4 && -bias <= most + 1e-4);
        }
        let again = |seed| make(seed).bias.unwrap().val().into_data();
        assert_eq!(again(3), again(3));
        assert_ne!(again(3), again(4));
    }

    #[test]
    fn one_row_and_constant_sums_give_finite_values() {
        let device = device();
        let layer = Init::new(&device, Seed::new(1)).linear(2, 4, true);
        let made = fitted(layer.clone(), 1.0, Tensor::from_floats([[1.0, 2.0]], &device), Seed::new(0));
        assert_eq!(made.weight.val().into_data(), layer.weight.val().into_data());
        // The one sum there is, so that the unit bends there.
        let sums = linear(Tensor::from_floats([[1.0, 2.0]], &device), made.weight.val(), None, Act::None);
        let bias = made.bias.unwrap().val().neg().into_data();
        assert_close(&bias, &sums.reshape([4]).into_data(), 1e-6, 1e-6);
    }
}
