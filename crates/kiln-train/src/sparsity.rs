//! How many weights are exactly zero, and how many whole units.

use kiln_core::{ParamInfo, ParamKind, Weights};
use serde::{Deserialize, Serialize};

/// Zeros of one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sparsity {
    /// Path of the parameter.
    pub path: String,
    /// Numbers that are exactly zero.
    pub zeros: usize,
    /// All numbers.
    pub numbers: usize,
    /// Outputs whose incoming weights are all zero: zero columns of a matrix, zero filters.
    pub zero_outputs: usize,
    /// Inputs whose outgoing weights are all zero: zero rows of a matrix, channels that are zero in all filters.
    pub zero_inputs: usize,
}

impl Sparsity {
    /// Zeros as a share of all numbers, `[0, 1]`.
    pub fn share(&self) -> f64 {
        self.zeros as f64 / self.numbers.max(1) as f64
    }
}

/// The exact zeros of every matrix and filter, in the order of `params` (those of the model,
/// [`kiln_core::params::list`]).
pub fn sparsity(weights: &Weights, params: &[ParamInfo]) -> Vec<Sparsity> {
    let layers = params.iter().filter(|info| info.kind == ParamKind::Weight);
    let count = |info: &ParamInfo| {
        let data = weights.get(&info.path)?;
        let is_zero: Vec<bool> = data.iter::<f64>().map(|w| w == 0.0).collect();
        let zeros = is_zero.iter().filter(|zero| **zero).count();
        let numbers = is_zero.len();
        // Burn's matrices are [inputs, outputs], its filters [outputs, inputs, …].
        let (first, second) = match info.dims[..] {
            [first, second, ..] => (first, second),
            _ => {
                return Some(Sparsity {
                    path: info.path.clone(),
                    zeros,
                    numbers,
                    zero_outputs: 0,
                    zero_inputs: 0,
                });
            }
        };
        let inner = numbers / (first * second).max(1);
        let block = |i: usize, j: usize| {
            let start = (i * second + j) * inner;
            is_zero[start..start + inner].iter().all(|zero| *zero)
        };
        let along_first = (0..first).filter(|&i| (0..second).all(|j| block(i, j))).count();
        let along_second = (0..second).filter(|&j| (0..first).all(|i| block(i, j))).count();
        let (zero_inputs, zero_outputs) =
            if info.dims.len() == 2 { (along_first, along_second) } else { (along_second, along_first) };
        Some(Sparsity { path: info.path.clone(), zeros, numbers, zero_outputs, zero_inputs })
    };
    layers.filter_map(count).collect()
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use burn::tensor::TensorData;

    use super::*;

    #[test]
    fn whole_units_are_counted_in_burns_layouts() {
        let mut weights = Weights::default();
        let info = |path: &str, dims: &[usize]| ParamInfo {
            path: path.to_owned(),
            id: ParamId::new(),
            dims: dims.to_vec(),
            kind: ParamKind::Weight,
            trainable: true,
        };
        let data = |numbers: &[f32], dims: &[usize]| TensorData::new(numbers.to_vec(), dims.to_vec());
        // Three inputs, two outputs: the second input is gone.
        weights.insert("matrix", data(&[1.0, 0.0, 0.0, 0.0, 2.0, 3.0], &[3, 2]));
        // Two filters of two channels of 1 × 2: the first filter is gone, and the second channel.
        weights.insert("filters", data(&[0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], &[2, 2, 1, 2]));
        let found = sparsity(&weights, &[info("matrix", &[3, 2]), info("filters", &[2, 2, 1, 2])]);
        let counts = |s: &Sparsity| (s.zeros, s.numbers, s.zero_outputs, s.zero_inputs);
        assert_eq!(found.iter().map(counts).collect::<Vec<_>>(), [(3, 6, 0, 1), (7, 8, 1, 1)]);
    }
}
