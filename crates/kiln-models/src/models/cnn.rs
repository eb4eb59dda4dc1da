//! The convolutional network.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use kiln_kernels::{flatten, global_avg_pool2d};
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use crate::conv::{ConvBlock, ConvStyle};
use crate::dense::{Dense, DenseStyle, affine, linear_operation};
use crate::dropout::{ConvDropoutStyle, DenseDropoutStyle};
use crate::init::Init;
use crate::observe::Observer;
use crate::parametrization::Parametrization;
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::{Activation, ConvDropoutKind, DropoutKind, ModelError, ModelInput, Norm, Operation, Summary};

/// A convolutional network: for each entry of `channels` a block of `convs_per_block` convolutions (each with norm
/// and activation), max-pooling and dropout; then dense layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = CnnConfig { channels: vec![16, 32], norm: Norm::Batch, ..CnnConfig::default() })]
pub struct CnnConfig {
    /// Output channels of each block, at least one block, each at least 1. Default `[32, 64]`.
    #[schemars(length(min = 1))]
    pub channels: Vec<usize>,
    /// Side of the square filters, odd. Default 3. Padding keeps the size.
    pub kernel: usize,
    /// Convolutions in each block, 1 to 100. Default 1.
    #[schemars(range(min = 1, max = 100))]
    pub convs_per_block: usize,
    /// Side and stride of the max-pooling after each block, at least 1, which turns it off. Default 2.
    #[schemars(range(min = 1))]
    pub pool: usize,
    /// Widths of the dense layers before the output, each at least 1. Default `[128]`.
    pub hidden: Vec<usize>,
    /// What follows each layer and its norm. Default relu.
    pub activation: Activation,
    /// Normalisation of the convolutions: `none` or `batch`. Default none. Before batch norm a convolution has no bias,
    /// which would be subtracted again.
    pub norm: Norm,
    /// Probability that an element is dropped after each block, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub conv_dropout: f64,
    /// What is dropped together after a block. Default element.
    pub conv_dropout_kind: ConvDropoutKind,
    /// Side of the squares that `conv_dropout_kind = "block"` drops, at least 1; in a smaller map, that of the map. Default 5.
    #[schemars(range(min = 1))]
    pub conv_dropout_block: usize,
    /// Probability that a unit of a dense layer is dropped, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// What dropout does to a unit of a dense layer. Default element.
    pub dropout_kind: DropoutKind,
    /// What the dense layers see: the whole feature map (`flatten`) or its mean over space (`mean`). Default flatten.
    pub head: Head,
}

/// How feature maps become a vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Head {
    /// All elements.
    #[default]
    Flatten,
    /// The mean of each channel.
    Mean,
}

/// A convolutional network. Its parameters are `blocks.N.conv.weight` (`[outputs, inputs, kernel, kernel]`) and
/// `.bias` (absent before batch norm, which would subtract it again) and `blocks.N.norm.gamma` and `.beta`, where
/// `N` counts the convolutions; then `layers.N.linear.weight` and `.bias`, `output.weight` and `output.bias`.
#[derive(Module, Debug)]
pub struct Cnn {
    blocks: Vec<ConvBlock>,
    #[module(skip)]
    head: Head,
    layers: Vec<Dense>,
    output: nn::Linear,
}

impl Default for CnnConfig {
    fn default() -> Self {
        Self {
            channels: vec![32, 64],
            kernel: 3,
            convs_per_block: 1,
            pool: 2,
            hidden: vec![128],
            activation: Activation::default(),
            norm: Norm::default(),
            conv_dropout: 0.0,
            conv_dropout_kind: ConvDropoutKind::default(),
            conv_dropout_block: 5,
            dropout: 0.0,
            dropout_kind: DropoutKind::default(),
            head: Head::default(),
        }
    }
}

impl CnnConfig {
    /// Output channels and style of every convolution. Pooling and dropout come after the last of each block.
    fn convs(&self) -> impl Iterator<Item = (usize, ConvStyle)> + '_ {
        let dropout = ConvDropoutStyle {
            kind: self.conv_dropout_kind,
            probability: self.conv_dropout,
            block: self.conv_dropout_block,
        };
        self.channels.iter().flat_map(move |&channels| {
            (1..=self.convs_per_block).map(move |i| {
                let last = i == self.convs_per_block;
                let style = ConvStyle {
                    kernel: self.kernel,
                    norm: self.norm,
                    activation: self.activation,
                    pool: if last { self.pool } else { 1 },
                    dropout: if last { dropout } else { ConvDropoutStyle::NONE },
                };
                (channels, style)
            })
        })
    }

    /// The dense layers are not normalised.
    fn style(&self) -> DenseStyle {
        let dropout = DenseDropoutStyle { kind: self.dropout_kind, probability: self.dropout };
        let (parametrization, alpha) = (Parametrization::Standard, false);
        DenseStyle { norm: Norm::None, activation: self.activation, dropout, parametrization, alpha }
    }

    fn check(&self) -> Result<(), ModelError> {
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        Range::BELOW_ONE.check("model.conv_dropout", self.conv_dropout)?;
        check::at_least("model.conv_dropout_block", self.conv_dropout_block, 1)?;
        check::at_least("the number of entries in model.channels", self.channels.len(), 1)?;
        plan::check_widths("model.channels", &self.channels)?;
        plan::check_widths("model.hidden", &self.hidden)?;
        check::at_least("model.pool", self.pool, 1)?;
        Range::between(1.0, 100.0).check("model.convs_per_block", self.convs_per_block as f64)?;
        if self.kernel.is_multiple_of(2) {
            return Err(ModelError::EvenKernel { kernel: self.kernel });
        }
        if self.norm == Norm::Layer {
            return Err(ModelError::LayerNorm { model: "cnn" });
        }
        Ok(())
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that is not images, images that pooling would shrink to
    /// nothing, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.check()?;
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images("cnn")?;
        let least = self
            .channels
            .iter()
            .try_fold(1usize, |least, _| least.checked_mul(self.pool))
            .unwrap_or(usize::MAX);
        plan.needs_side("cnn", least, "use fewer entries in model.channels, or model.pool = 1")?;
        for (n, (channels, style)) in self.convs().enumerate() {
            plan.conv(&format!("blocks.{n}"), channels, style)?;
        }
        match self.head {
            Head::Flatten => plan.flatten(),
            Head::Mean => plan.pool_to_channels("mean", "mean over the map"),
        }
        plan.dense_stack(&self.hidden, self.style())?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`CnnConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Cnn, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let [mut channels, mut height, mut width] = plan::image(&input.shape, "cnn")?;
        let mut init = Init::new(device, seed);
        let mut blocks = Vec::new();
        for (outputs, style) in self.convs() {
            blocks.push(ConvBlock::new(&mut init, channels, outputs, style));
            (channels, height, width) = (outputs, height / style.pool, width / style.pool);
        }
        let features = match self.head {
            Head::Flatten => channels * height * width,
            Head::Mean => channels,
        };
        let (layers, features) = Dense::stack(&mut init, features, &self.hidden, self.style());
        Ok(Cnn { blocks, head: self.head, layers, output: init.linear(features, outputs, true) })
    }
}

impl ModelKind for CnnConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.conv_dropout > 0.0
    }
}

impl Head {
    /// `[N, channels, height, width]` to `[N, features]`.
    pub(crate) fn forward(self, x: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Flatten => flatten(x),
            Self::Mean => global_avg_pool2d(x),
        }
    }
}

impl Cnn {
    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on: convolution `n`
    /// draws from `seed.at(n)`, dense layer `l` from `seed.at(convolutions + l)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, mut x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let at = |index: usize| seed.map(|seed| seed.at(index as u64));
        for (n, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, at(n), || format!("blocks.{n}"), observer);
        }
        let x = self.head.forward(x);
        let seeds = |l| at(self.blocks.len() + l);
        affine(&self.output, Dense::forward_stack(&self.layers, x, seeds, observer))
    }
}

impl Forward for Cnn {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        let convs = self.blocks.iter_mut().fold(false, |any, block| block.scale_dropout(share) | any);
        Dense::scale_dropout(&mut self.layers, share) | convs
    }

    fn operations(&self) -> Vec<Operation> {
        let blocks = self.blocks.iter().enumerate();
        let mut operations: Vec<_> =
            blocks.flat_map(|(n, block)| block.operations(&format!("blocks.{n}"))).collect();
        operations.push(match self.head {
            Head::Flatten => Operation::Flatten,
            Head::Mean => Operation::GlobalMean,
        });
        operations.extend(Dense::operations(&self.layers));
        operations.push(linear_operation("output", &self.output));
        operations
    }
}
