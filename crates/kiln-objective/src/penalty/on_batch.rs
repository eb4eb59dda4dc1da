//! Penalties on what a batch does in the model: its hidden layers, and how its inputs matter.

use std::fmt::Debug;

use burn::tensor::Tensor;
use kiln_core::Seed;

/// A model at a batch, for [`BatchPenalties::value`](crate::BatchPenalties::value).
pub trait BatchView {
    /// Raw outputs `[N, outputs]` for other inputs `[N, features]`, with the same dropout masks.
    fn outputs(&self, inputs: Tensor<2>) -> Tensor<2>;

    /// The mean loss `[1]` for other inputs `[N, features]`, with the same dropout masks.
    fn loss(&self, inputs: Tensor<2>) -> Tensor<1>;

    /// The inputs `[N, features]`, without a gradient.
    fn inputs(&self) -> Tensor<2>;
}

/// A term `λ · R` of the objective that depends on a batch.
pub trait BatchPenalty: Debug + Send + Sync {
    /// Whether it has to see the hidden layers.
    fn observes(&self) -> bool {
        false
    }

    /// Its value on one hidden layer with outputs `[N, features]`, `[1]`; `None` if it is not for the layer.
    fn on_layer(&self, _layer: &str, _outputs: &Tensor<2>) -> Option<Tensor<1>> {
        None
    }

    /// Its value on how the inputs matter, `[1]`; `None` if it does not look at them. What is drawn is a function of the
    /// seed.
    fn on_inputs(&self, _batch: &dyn BatchView, _seed: Seed) -> Option<Tensor<1>> {
        None
    }

    /// What it wants to see and does not find among the model's hidden layers, in words.
    fn unmatched(&self, _layers: &[String]) -> Option<String> {
        None
    }
}
