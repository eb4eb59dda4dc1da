//! Filters over the steps of series.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;
use kiln_kernels::{Act, conv1d};

use crate::init::Init;
use crate::{Operation, SequenceOperation};

/// Filters over steps with stride 1: `weight`, `[outputs, inputs, kernel]`, and `bias`.
#[derive(Module, Debug)]
pub(crate) struct StepConv {
    weight: Param<Tensor<3>>,
    bias: Option<Param<Tensor<1>>>,
    dilation: usize,
}

impl StepConv {
    /// Weights are PyTorch's at first.
    pub(crate) fn new(
        init: &mut Init<'_>,
        [inputs, outputs, kernel]: [usize; 3],
        dilation: usize,
        bias: bool,
    ) -> Self {
        let (seed, fan_in) = (init.next_layer(), inputs * kernel);
        Self {
            weight: init.uniform([outputs, inputs, kernel], fan_in, seed.at(0)),
            bias: bias.then(|| init.uniform([outputs], fan_in, seed.at(1))),
            dilation,
        }
    }

    /// What it does, as the layer at `layer`: [`StepConv::causal`], or [`StepConv::middle`].
    pub(crate) fn operation(&self, layer: String, causal: bool) -> Operation {
        let (bias, kernel) = (self.bias.is_some(), self.weight.val().dims()[2]);
        SequenceOperation::Conv { layer, bias, kernel, dilation: self.dilation, causal }.into()
    }

    fn padded(&self, x: Tensor<3>, weight: Tensor<3>, padding: usize) -> Tensor<3> {
        let bias = self.bias.as_ref().map(|bias| bias.val());
        let options = ConvOptions::new([1], [padding], [self.dilation], 1);
        conv1d(x, weight, bias, options, Act::None)
    }

    /// As many steps as before, each in the middle of what its filters see; the kernel is odd.
    pub(crate) fn middle(&self, x: Tensor<3>) -> Tensor<3> {
        let weight = self.weight.val();
        let padding = weight.dims()[2] / 2 * self.dilation;
        self.padded(x, weight, padding)
    }

    /// As many steps as before, each the last one that its filters see.
    pub(crate) fn causal(&self, x: Tensor<3>) -> Tensor<3> {
        let [items, _, steps] = x.dims();
        let [outputs, inputs, kernel] = self.weight.val().dims();
        // What sees nothing but what is before the first step is left out.
        let seen = kernel.min((steps.max(1) - 1) / self.dilation + 1);
        let weight = match seen == kernel {
            true => self.weight.val(),
            false => self.weight.val().slice([0..outputs, 0..inputs, kernel - seen..kernel]),
        };
        let y = self.padded(x, weight, (seen - 1) * self.dilation);
        y.slice([0..items, 0..outputs, 0..steps])
    }
}
