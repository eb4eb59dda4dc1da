//! Numbers as whole ones of eight bits.

use crate::export::steps::Steps;

/// The largest whole number of a weight: weights lie evenly on both sides of 0. Not 127, because processors without VNNI add two products
/// in 16 bits, and 2 · 255 · 64 is what fits these. What does not is cut there without a word.
const LARGEST: f32 = 64.0;
/// The largest whole number of a bias that is used, short of that of 32 bits.
const LARGEST_BIAS: f64 = 2e9;

/// The weight and the bias of a layer: `w ≈ scale[output] · q`, `bias ≈ scale[output] · scale of x · q`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Whole {
    pub(super) weight: Vec<i8>,
    pub(super) scales: Vec<f32>,
    pub(super) bias: Option<Vec<i32>>,
    pub(super) bias_scales: Vec<f32>,
}

impl Whole {
    /// `output`: the output that a number of the weight belongs to, by its place.
    pub(super) fn new(
        weight: &[f32],
        outputs: usize,
        output: impl Fn(usize) -> usize,
        bias: Option<&[f32]>,
        x: Steps,
    ) -> Self {
        let mut largest = vec![0.0_f32; outputs];
        for (place, number) in weight.iter().enumerate() {
            let largest = &mut largest[output(place)];
            *largest = largest.max(number.abs());
        }
        // A bias far above what its weights can make asks for longer steps, or it would not fit 32 bits.
        let longest = |place: usize| {
            let own = largest[place] / LARGEST;
            let bias = bias.map_or(0.0, |bias| f64::from(bias[place].abs()));
            own.max((bias / LARGEST_BIAS / f64::from(x.scale)) as f32).max(f32::MIN_POSITIVE)
        };
        let scales: Vec<f32> = (0..outputs).map(longest).collect();
        let whole = |(place, number): (usize, &f32)| {
            (number / scales[output(place)]).round().clamp(-LARGEST, LARGEST) as i8
        };
        let bias_scales: Vec<f32> =
            scales.iter().map(|scale| (scale * x.scale).max(f32::MIN_POSITIVE)).collect();
        let of_bias = |(number, scale): (&f32, &f32)| (f64::from(*number) / f64::from(*scale)).round() as i32;
        Self {
            weight: weight.iter().enumerate().map(whole).collect(),
            bias: bias.map(|bias| bias.iter().zip(&bias_scales).map(of_bias).collect()),
            bias_scales,
            scales,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_output_of_a_weight_has_its_own_steps() {
        // [inputs, outputs], as a linear layer has it: the second output is a hundredth of the first.
        let weight = [1.0, 0.01, -0.5, 0.005, 0.25, -0.0025];
        let x = Steps { scale: 0.1, zero: 7 };
        let whole = Whole::new(&weight, 2, |place| place % 2, Some(&[0.3, -0.02]), x);
        assert_eq!(whole.weight[..4], [64, 64, -32, 32]);
        for (place, q) in whole.weight.iter().enumerate() {
            let off = (f32::from(*q) * whole.scales[place % 2] - weight[place]).abs();
            assert!(off <= whole.scales[place % 2] * 0.501);
        }
        let bias = whole.bias.unwrap();
        assert!((bias[1] as f32 * whole.bias_scales[1] + 0.02).abs() < 1e-5, "{bias:?}");
    }

    #[test]
    fn weights_of_nothing_and_large_biases_fit() {
        let x = Steps { scale: 1e-3, zero: 0 };
        let whole = Whole::new(&[0.0; 2], 1, |_| 0, Some(&[4.0]), x);
        assert_eq!(whole.weight, [0, 0]);
        let bias = f64::from(whole.bias.unwrap()[0]) * f64::from(whole.bias_scales[0]);
        assert!((bias - 4.0).abs() < 1e-3, "{bias}");
    }
}
