//! Causal convolutions that look back further from layer to layer.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use kiln_kernels::Act;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, series};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::series::{StepConv, Steps};
use crate::{Activation, ModelError, ModelInput, Operation, SequenceOperation, Summary};

/// A temporal convolutional network (Bai, Kolter and Koltun: An empirical evaluation of generic convolutional and recurrent networks for sequence modeling,
/// 2018): blocks of two causal convolutions, whose filters see steps twice as far apart in each block, with a way past them, and a linear layer on the last step.
/// Weights are plain ones, where the paper has them as directions and lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TcnConfig { channels: vec![64; 4], kernel: 7, ..TcnConfig::default() })]
pub struct TcnConfig {
    /// Filters of each block, at least one block, each at least 1; at most 30. Default `[32, 32, 32, 32, 32]`.
    pub channels: Vec<usize>,
    /// How many steps the filters see, at least 1. Default 5.
    #[schemars(range(min = 1))]
    pub kernel: usize,
    /// Probability that a number behind a convolution is dropped in training, `[0, 1)`. Default 0.1.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
}

impl Default for TcnConfig {
    fn default() -> Self {
        Self { channels: vec![32; 5], kernel: 5, dropout: 0.1 }
    }
}

/// The network. Its parameters are for each block `blocks.N.first.weight` and `.bias`, `blocks.N.second.weight` and `.bias`, `blocks.N.past.weight` and `.bias` where the number
/// of channels changes, and `output.weight` and `output.bias`. Nothing that is behind a step has an influence on it.
#[derive(Module, Debug)]
pub struct Tcn {
    blocks: Vec<TcnBlock>,
    dropout: Dropout,
    output: nn::Linear,
}

#[derive(Module, Debug)]
struct TcnBlock {
    first: StepConv,
    second: StepConv,
    past: Option<StepConv>,
}

/// More would look back further than a series can be long.
const MOST_BLOCKS: f64 = 30.0;

impl TcnConfig {
    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that are no time series, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        check::at_least("model.channels", self.channels.len(), 1)?;
        Range::between(1.0, MOST_BLOCKS).check("model.channels", self.channels.len() as f64)?;
        plan::check_widths("model.channels", &self.channels)?;
        check::at_least("model.kernel", self.kernel, 1)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        let (mut plan, shape) = Plan::of_series(&input.into().shape, "tcn", outputs)?;
        let (steps, mut inputs) = (shape.longest, shape.channels);
        for (block, &width) in self.channels.iter().enumerate() {
            plan.steps([inputs, width, self.kernel], steps, true);
            plan.steps([width, width, self.kernel], steps, true);
            if inputs != width {
                plan.steps([inputs, width, 1], steps, true);
            }
            plan.becomes(&[width, steps]);
            let apart = 1u64 << block;
            plan.layer(&format!("blocks.{block}"), format!("2 causal convs {}, {apart} apart", self.kernel))?;
            inputs = width;
        }
        plan.becomes(&[inputs]);
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`TcnConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Tcn, ModelError> {
        let input = input.into();
        self.summary(input.clone(), outputs)?;
        let (_, shape) = Plan::of_series(&input.shape, "tcn", outputs)?;
        let (mut init, mut inputs) = (Init::new(device, seed), shape.channels);
        let mut blocks = Vec::with_capacity(self.channels.len());
        for (block, &width) in self.channels.iter().enumerate() {
            let apart = 1usize << block;
            let first = StepConv::new(&mut init, [inputs, width, self.kernel], apart, true);
            let second = StepConv::new(&mut init, [width, width, self.kernel], apart, true);
            let past = (inputs != width).then(|| StepConv::new(&mut init, [inputs, width, 1], 1, true));
            blocks.push(TcnBlock { first, second, past });
            inputs = width;
        }
        let output = init.linear(inputs, outputs, true);
        Ok(Tcn { blocks, dropout: Dropout::checked(self.dropout), output })
    }
}

impl ModelKind for TcnConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Self::summary(self, input.clone(), outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0
    }
}

impl Forward for Tcn {
    /// With a seed, dropout of block `b` draws from `seed.at(2b)` and `seed.at(2b + 1)`.
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let batch = series(inputs);
        let steps = Steps::of(&batch);
        let mut x = batch.values;
        for (b, block) in self.blocks.iter().enumerate() {
            let at = |index: usize| seed.map(|seed| seed.at((2 * b + index) as u64));
            let inner = self.dropout.forward(Act::Relu.apply(block.first.causal(x.clone())), at(0));
            let inner = self.dropout.forward(Act::Relu.apply(block.second.causal(inner)), at(1));
            let past = match &block.past {
                Some(conv) => conv.causal(x),
                None => x,
            };
            x = observer.see(|| format!("blocks.{b}"), Act::Relu.apply(inner.add(past)));
        }
        affine(&self.output, steps.last(x))
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let relu = || Operation::Activation(Activation::Relu);
        let block = |(n, block): (usize, &TcnBlock)| {
            let conv = |conv: &StepConv, name: &str| conv.operation(format!("blocks.{n}.{name}"), true);
            let branch = vec![conv(&block.first, "first"), relu(), conv(&block.second, "second"), relu()];
            let sum = match &block.past {
                Some(past) => Operation::Sum { branch, shortcut: vec![conv(past, "past")] },
                None => Operation::Residual(branch),
            };
            [sum, relu()]
        };
        let blocks = self.blocks.iter().enumerate().flat_map(block);
        blocks.chain([SequenceOperation::Last.into(), linear_operation("output", &self.output)]).collect()
    }
}
