//! The network that is explained.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_config::Resolved;
use kiln_core::Weights;
use kiln_data::Inputs;
use kiln_models::{Network, Tap};

use crate::error::ExperimentError;
use crate::job::Blueprint;

/// A network in evaluation on a device with autodiff, and what its outputs are.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) network: Network,
    /// Whether one logit stands for two classes.
    is_binary: bool,
}

impl Subject {
    /// With these weights. `device` has autodiff.
    pub(super) fn new(
        blueprint: &Blueprint,
        resolved: &Resolved,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, ExperimentError> {
        // Frozen: no parameter needs a gradient, and no layer behaves as in training.
        let network = weights.apply(blueprint.model(resolved, device)?)?.freeze();
        let classes = blueprint.fitted.class_names().map(<[String]>::len);
        Ok(Self { network, is_binary: classes == Some(2) && blueprint.loss.outputs() == 1 })
    }

    /// The outputs `[N, what is predicted]` of inputs.
    pub(super) fn outputs(&self, inputs: Inputs) -> Tensor<2> {
        let items = inputs.len();
        self.said(self.network.forward(inputs, None), items)
    }

    /// The same with somebody between the layers.
    pub(super) fn tapped(&self, inputs: Inputs, tap: &mut dyn Tap) -> Tensor<2> {
        let items = inputs.len();
        self.said(self.network.forward_tapped(inputs, None, tap), items)
    }

    /// The mean over the heads, and of one logit of two classes that of each.
    fn said(&self, raw: Tensor<2>, items: usize) -> Tensor<2> {
        let [rows, outputs] = raw.dims();
        let heads = rows / items.max(1);
        let mean: Tensor<2> =
            if heads > 1 { raw.reshape([heads, items, outputs]).mean_dim(0).squeeze_dim(0) } else { raw };
        if self.is_binary && outputs == 1 { Tensor::cat(vec![mean.clone().neg(), mean], 1) } else { mean }
    }
}
