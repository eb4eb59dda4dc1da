//! The activity penalty.

use burn::tensor::Tensor;

use crate::ActivityNorm;

/// `λ` times the mean over the items of `Σ |a|` or `Σ a²` over the outputs of hidden layers: Keras' `activity_regularizer`.
///
/// A layer is named by its path; its outputs are those after activation and pooling, before dropout.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// λ, at least 0.
    pub strength: f64,
    /// What is summed.
    pub norm: ActivityNorm,
    /// Paths of layers, or of what they lie below; every layer where there is none.
    pub layers: Vec<String>,
}

impl Activity {
    /// Whether it acts on the layer at a path.
    pub fn is_for(&self, layer: &str) -> bool {
        self.layers.is_empty() || self.layers.iter().any(|path| is_at_or_below(layer, path))
    }

    /// The penalty on outputs `[N, features]`, `[1]`.
    pub fn value(&self, outputs: Tensor<2>) -> Tensor<1> {
        let items = outputs.dims()[0].max(1) as f64;
        let sum = match self.norm {
            ActivityNorm::L1 => outputs.abs().sum(),
            ActivityNorm::L2 => outputs.square().sum(),
        };
        sum.mul_scalar(self.strength / items)
    }

    /// The first path that names none of `layers`, in words.
    pub(super) fn unmatched(&self, layers: &[String]) -> Option<String> {
        let is_there = |path: &String| layers.iter().any(|layer| is_at_or_below(layer, path));
        match self.layers.iter().find(|path| !is_there(path)) {
            Some(path) => Some(format!("{path:?}")),
            None => layers.is_empty().then(|| "any path".to_owned()),
        }
    }
}

fn is_at_or_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
