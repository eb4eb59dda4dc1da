//! The convolutional network.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::InputShape;
use kiln_kernels::{flatten, global_avg_pool2d};

use crate::config::{Activation, ConvDropoutKind, DropoutKind, Head, Norm};
use crate::conv::{ConvBlock, ConvStyle};
use crate::dense::{Dense, DenseStyle, affine};
use crate::dropout::{ConvDropoutStyle, DenseDropoutStyle};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::{self, Plan};
use crate::{CnnConfig, ModelError, Summary};

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
        DenseStyle { norm: Norm::None, activation: self.activation, dropout }
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
    pub fn summary(&self, input: InputShape, outputs: usize) -> Result<Summary, ModelError> {
        self.check()?;
        let mut plan = Plan::new(input, outputs)?;
        plan.needs_images("cnn")?;
        let least = self
            .channels
            .iter()
            .try_fold(1usize, |least, _| least.checked_mul(self.pool))
            .unwrap_or(usize::MAX);
        plan.needs_side("cnn", least)?;
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
        input: InputShape,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Cnn, ModelError> {
        self.summary(input.clone(), outputs)?;
        let [mut channels, mut height, mut width] = plan::image(&input, "cnn")?;
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

    pub(crate) fn pass(
        &self,
        mut x: Tensor<4>,
        seed: Option<Seed>,
        observer: &mut Observer<'_>,
    ) -> Tensor<2> {
        let at = |index: usize| seed.map(|seed| seed.at(index as u64));
        for (n, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, at(n), || format!("blocks.{n}"), observer);
        }
        let x = self.head.forward(x);
        let seeds = |l| at(self.blocks.len() + l);
        affine(&self.output, Dense::forward_stack(&self.layers, x, seeds, observer))
    }
}
