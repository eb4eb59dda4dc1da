//! How many weights are exactly zero.

use kiln_core::{ParamInfo, ParamKind, Weights};

/// Zeros of one parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparsity {
    /// Path of the parameter.
    pub path: String,
    /// Numbers that are exactly zero.
    pub zeros: usize,
    /// All numbers.
    pub numbers: usize,
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
        let zeros = data.iter::<f64>().filter(|w| *w == 0.0).count();
        Some(Sparsity { path: info.path.clone(), zeros, numbers: data.num_elements() })
    };
    layers.filter_map(count).collect()
}
