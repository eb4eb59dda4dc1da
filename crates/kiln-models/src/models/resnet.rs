//! A small residual network.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use kiln_kernels::global_max_pool2d;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use crate::conv::{ConvBlock, ConvStyle};
use crate::dense::{affine, linear_operation};
use crate::dropout::{ConvDropoutStyle, Dropout, StochasticDepth};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::{Activation, ModelError, ModelInput, Norm, Operation, Summary};

/// A residual network of nine layers with weights (ResNet-9): a convolution, two stages with a residual block, one
/// without, global max-pooling and a linear output; batch norm throughout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = ResnetConfig { width: 32, ..ResnetConfig::default() })]
pub struct ResnetConfig {
    /// Channels of the first convolution; the stages have 2, 4 and 4 times as many. Default 64, at least 1.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// Probability that an element of the pooled features is dropped, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Probability that the last residual branch is left out for an item, `[0, 1)`; half of it for the first (the linear rule of
    /// [`StochasticDepth`](crate::StochasticDepth)). Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub stochastic_depth: f64,
    /// What follows each convolution and its norm. Default relu.
    pub activation: Activation,
}

/// ResNet-9, after D. Page's network for CIFAR-10 (DAWNBench, 2018), with half the channels in the last stage.
///
/// All convolutions are 3x3 without bias, each with batch norm and activation. Every stage halves the image, so
/// images need at least 8x8 pixels. Its parameters are `prep.conv.weight` and `prep.norm.gamma`,
/// `stages.N.block.conv.weight` and so on, `stages.N.residual.0.conv.weight` and `.1` in the stages 0 and 2, and
/// `output.weight` and `output.bias`.
#[derive(Module, Debug)]
pub struct Resnet {
    prep: ConvBlock,
    stages: Vec<Stage>,
    dropout: Dropout,
    output: nn::Linear,
}

/// A convolution with pooling, then `x + f(f(x))` with two more where there is a residual branch.
#[derive(Module, Debug)]
pub(crate) struct Stage {
    block: ConvBlock,
    residual: Vec<ConvBlock>,
    depth: StochasticDepth,
}

/// For each stage: channels as a multiple of the width, and whether it has a residual branch.
const STAGES: [(usize, bool); 3] = [(2, true), (4, false), (4, true)];
const LEAST_SIDE: usize = 1 << STAGES.len();

impl Default for ResnetConfig {
    fn default() -> Self {
        Self { width: 64, dropout: 0.0, stochastic_depth: 0.0, activation: Activation::default() }
    }
}

impl ResnetConfig {
    fn style(&self, pool: usize) -> ConvStyle {
        let dropout = ConvDropoutStyle::NONE;
        ConvStyle { kernel: 3, norm: Norm::Batch, activation: self.activation, pool, dropout }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that is not images of at least 8x8 pixels, or more than
    /// 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        Range::BELOW_ONE.check("model.stochastic_depth", self.stochastic_depth)?;
        check::at_least("model.width", self.width, 1)?;
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images("resnet")?;
        plan.needs_side("resnet", LEAST_SIDE, "use model.kind = \"cnn\" or \"mlp\"")?;
        plan.conv("prep", self.width, self.style(1))?;
        for (s, (factor, residual)) in STAGES.into_iter().enumerate() {
            let channels = self.width.saturating_mul(factor);
            plan.conv(&format!("stages.{s}.block"), channels, self.style(2))?;
            for r in 0..if residual { 2 } else { 0 } {
                plan.conv(&format!("stages.{s}.residual.{r}"), channels, self.style(1))?;
            }
        }
        plan.pool_to_channels("max", "maximum over the map");
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`ResnetConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Resnet, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let [channels, ..] = plan::image(&input.shape, "resnet")?;
        let mut init = Init::new(device, seed);
        let prep = ConvBlock::new(&mut init, channels, self.width, self.style(1));
        let mut width = self.width;
        let mut stages = Vec::with_capacity(STAGES.len());
        let branches = STAGES.iter().filter(|(_, residual)| *residual).count();
        let mut branch = 0;
        for (factor, residual) in STAGES {
            let channels = self.width * factor;
            let depth =
                StochasticDepth::linear("model.stochastic_depth", self.stochastic_depth, branch, branches)?;
            branch += usize::from(residual);
            stages.push(Stage::new(&mut init, self, [width, channels], residual, depth));
            width = channels;
        }
        let output = init.linear(width, outputs, true);
        Ok(Resnet { prep, stages, dropout: Dropout::checked(self.dropout), output })
    }
}

impl ModelKind for ResnetConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.stochastic_depth > 0.0
    }
}

impl Resnet {
    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on and draws from
    /// `seed.at(0)` and the residual branch of stage `s` from `seed.at(1 + s)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let mut x = self.prep.forward(x, None, || "prep".to_owned(), observer);
        for (s, stage) in self.stages.iter().enumerate() {
            x = stage.forward(x, seed.map(|seed| seed.at(1 + s as u64)), s, observer);
        }
        let x = global_max_pool2d(x);
        affine(&self.output, self.dropout.forward(x, seed.map(|seed| seed.at(0))))
    }
}

impl Stage {
    pub(crate) fn new(
        init: &mut Init<'_>,
        config: &ResnetConfig,
        [inputs, channels]: [usize; 2],
        residual: bool,
        depth: StochasticDepth,
    ) -> Self {
        let block = ConvBlock::new(init, inputs, channels, config.style(2));
        let convs = if residual { 2 } else { 0 };
        let residual =
            (0..convs).map(|_| ConvBlock::new(init, channels, channels, config.style(1))).collect();
        Self { block, residual, depth }
    }

    /// Stage number `s` of a network.
    pub(crate) fn forward(
        &self,
        x: Tensor<4>,
        seed: Option<Seed>,
        s: usize,
        observer: &mut Observer<'_>,
    ) -> Tensor<4> {
        let x = self.block.forward(x, None, || format!("stages.{s}.block"), observer);
        if self.residual.is_empty() {
            return x;
        }
        let mut branch = x.clone();
        for (r, block) in self.residual.iter().enumerate() {
            branch = block.forward(branch, None, || format!("stages.{s}.residual.{r}"), observer);
        }
        observer.see_sum(|| format!("stages.{s}"), self.depth.forward(branch, seed) + x)
    }
}

impl Forward for Resnet {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = self.prep.operations("prep");
        for (s, stage) in self.stages.iter().enumerate() {
            operations.extend(stage.block.operations(&format!("stages.{s}.block")));
            if !stage.residual.is_empty() {
                let blocks = stage.residual.iter().enumerate();
                let branch =
                    blocks.flat_map(|(r, block)| block.operations(&format!("stages.{s}.residual.{r}")));
                operations.push(Operation::Residual(branch.collect()));
            }
        }
        operations.push(Operation::GlobalMax);
        operations.push(linear_operation("output", &self.output));
        operations
    }
}
