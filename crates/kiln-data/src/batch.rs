//! What a model sees: a batch of inputs and targets on a device.

use burn::tensor::Tensor;

use crate::{Inputs, Targets};

/// A batch for training or scoring.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The inputs, one row an item.
    pub inputs: Inputs,
    /// What the model predicts, one row an item.
    pub targets: Targets,
    /// What each item counts, `[N]`, f32, not negative; `None`: all the same.
    pub weights: Option<Tensor<1>>,
}

impl Batch {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
