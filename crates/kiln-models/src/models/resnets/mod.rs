//! ResNet-18, 34 and 50 as torchvision has them.

mod block;

use burn::module::Module;
use burn::nn;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed};
use kiln_data::Inputs;
use kiln_kernels::{global_avg_pool2d, max_pool2d_windows};
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use super::settings::published_settings;
use crate::convolution::{conv_norm_operations, convolve_and_normalise};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::norm::BatchNormStyle;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::published::Published;
use crate::schema::JsonSchema;
use crate::{Activation, ModelError, ModelInput, Operation, Summary};
use block::{BlockShape, ResidualBlock};

published_settings! {
    /// ResNet-18 for photos, as torchvision's `resnet18`: 11.7 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    Resnet18Config("resnet18") for Resnet18 {
        /// Probability that one of the pooled features is dropped, `[0, 1)`. Default 0.
        dropout: 0.0,
        /// Probability that the last block is left out for an item, `[0, 1)`; less for those before, 0 for the first. Default 0.
        stochastic_depth: 0.0,
    }
    |settings| Architecture::new(false, [2, 2, 2, 2], [settings.dropout, settings.stochastic_depth])
}

published_settings! {
    /// ResNet-34 for photos, as torchvision's `resnet34`: 21.8 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    Resnet34Config("resnet34") for Resnet34 {
        /// Probability that one of the pooled features is dropped, `[0, 1)`. Default 0.
        dropout: 0.0,
        /// Probability that the last block is left out for an item, `[0, 1)`; less for those before, 0 for the first. Default 0.
        stochastic_depth: 0.0,
    }
    |settings| Architecture::new(false, [3, 4, 6, 3], [settings.dropout, settings.stochastic_depth])
}

published_settings! {
    /// ResNet-50 for photos, as torchvision's `resnet50`: 25.6 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    Resnet50Config("resnet50") for Resnet50 {
        /// Probability that one of the pooled features is dropped, `[0, 1)`. Default 0.
        dropout: 0.0,
        /// Probability that the last block is left out for an item, `[0, 1)`; less for those before, 0 for the first. Default 0.
        stochastic_depth: 0.0,
    }
    |settings| Architecture::new(true, [3, 4, 6, 3], [settings.dropout, settings.stochastic_depth])
}

/// [`Resnet18Config`] makes it.
pub type Resnet18 = ResidualNetwork;
/// [`Resnet34Config`] makes it.
pub type Resnet34 = ResidualNetwork;
/// [`Resnet50Config`] makes it.
pub type Resnet50 = ResidualNetwork;

/// A residual network (He and others: Deep residual learning, 2015; the stride of a bottleneck is in its 3x3 convolution, as in
/// torchvision).
///
/// A 7x7 convolution with stride 2, max pooling, four stages of blocks `relu(f(x) + g(x))`, the mean over the map and a linear output. Batch
/// norm follows each convolution. Parameters are called as torchvision's, `conv1.weight`, `layer1.0.bn1.gamma`, but for
/// `layer2.0.downsample.conv`, `.norm` and `output`, which are `downsample.0`, `.1` and `fc` there.
#[derive(Module, Debug)]
pub struct ResidualNetwork {
    conv1: Conv2d,
    bn1: BatchNorm,
    layer1: Vec<ResidualBlock>,
    layer2: Vec<ResidualBlock>,
    layer3: Vec<ResidualBlock>,
    layer4: Vec<ResidualBlock>,
    dropout: Dropout,
    output: nn::Linear,
}

/// What distinguishes one of these networks from another.
#[derive(Debug, Clone)]
pub(crate) struct Architecture {
    /// Whether blocks have a narrow 3x3 convolution between two of 1x1.
    pub(crate) bottleneck: bool,
    pub(crate) blocks: [usize; 4],
    /// Channels of the first stage.
    pub(crate) width: usize,
    pub(crate) dropout: f64,
    pub(crate) stochastic_depth: f64,
}

/// The pooling behind the first convolution.
const POOL: Filters =
    Filters { inputs: 1, outputs: 1, kernel: 3, stride: 2, padding: 1, groups: 1, bias: false };

const TORCHVISION: Published = Published::new("torchvision", |name| {
    let name =
        name.replace(".downsample.conv.", ".downsample.0.").replace(".downsample.norm.", ".downsample.1.");
    name.strip_prefix("output.").map(|rest| format!("fc.{rest}")).unwrap_or(name)
});

impl Architecture {
    pub(crate) fn new(bottleneck: bool, blocks: [usize; 4], [dropout, stochastic_depth]: [f64; 2]) -> Self {
        Self { bottleneck, blocks, width: 64, dropout, stochastic_depth }
    }

    fn stem(&self, channels: usize) -> Filters {
        Filters::new(channels, self.width, 7).stride(2)
    }

    /// The stage, the place in it and the shape of each block, in their order.
    fn shapes(&self) -> Vec<(usize, usize, BlockShape)> {
        let mut shapes = Vec::new();
        let mut inputs = self.width;
        for (stage, &blocks) in self.blocks.iter().enumerate() {
            for place in 0..blocks {
                let stride = if stage > 0 && place == 0 { 2 } else { 1 };
                let shape = BlockShape::new(inputs, self.width << stage, stride, self.bottleneck);
                inputs = shape.outputs();
                shapes.push((stage, place, shape));
            }
        }
        shapes
    }

    pub(crate) fn plan(
        &self,
        kind: &'static str,
        input: &ModelInput,
        outputs: usize,
    ) -> Result<Summary, ModelError> {
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images(kind)?;
        let stem = self.stem(plan.image()[0]);
        plan.filters(&stem);
        plan.layer("conv1", stem.describe())?;
        plan.parameters(Some(2 * self.width));
        plan.window(&POOL);
        plan.layer("bn1", "batch norm, relu, max pool 3x3 stride 2")?;
        for (stage, place, shape) in self.shapes() {
            shape.plan(&mut plan);
            plan.layer(&format!("layer{}.{place}", stage + 1), shape.describe())?;
        }
        plan.pool_to_channels("mean", "mean over the map");
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    pub(crate) fn build(
        &self,
        [channels, ..]: [usize; 3],
        outputs: usize,
        init: &mut Init<'_>,
    ) -> ResidualNetwork {
        let stem = self.stem(channels);
        let conv1 = stem.init(init, Draw::FanOut);
        let bn1 = BatchNormStyle::TORCH.init(self.width, init.device());
        let shapes = self.shapes();
        let (last, features) =
            (shapes.len().saturating_sub(1).max(1), shapes.last().map_or(0, |(_, _, shape)| shape.outputs()));
        let mut stages = [const { Vec::new() }; 4];
        for (index, (stage, _, shape)) in shapes.into_iter().enumerate() {
            let depth = self.stochastic_depth * index as f64 / last as f64;
            stages[stage].push(ResidualBlock::new(init, shape, depth));
        }
        let [layer1, layer2, layer3, layer4] = stages;
        let output = init.linear(features, outputs, true);
        let dropout = Dropout::checked(self.dropout);
        ResidualNetwork { conv1, bn1, layer1, layer2, layer3, layer4, dropout, output }
    }
}

/// `max_pool2d(x, 3, stride=2, padding=1)`.
fn pooled(x: Tensor<4>) -> Tensor<4> {
    let [side, stride, padding] = [POOL.kernel, POOL.stride, POOL.padding].map(|size| [size; 2]);
    max_pool2d_windows(x, MaxPoolOptions::new(side).with_stride(stride).with_padding(padding))
}

impl ResidualNetwork {
    fn blocks(&self) -> impl Iterator<Item = (String, &ResidualBlock)> {
        let stages = [&self.layer1, &self.layer2, &self.layer3, &self.layer4];
        stages.into_iter().zip(1..).flat_map(|(blocks, stage)| {
            blocks.iter().enumerate().map(move |(place, block)| (format!("layer{stage}.{place}"), block))
        })
    }

    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on and draws from
    /// `seed.at(0)` and block `b`, counted through all stages, from `seed.at(1 + b)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let x = convolve_and_normalise(&self.conv1, &self.bn1, x, Activation::Relu);
        let mut x = observer.see(|| "bn1".to_owned(), pooled(x));
        for (b, (path, block)) in self.blocks().enumerate() {
            x = block.forward(x, seed.map(|seed| seed.at(1 + b as u64)));
            x = observer.see(|| path, x);
        }
        let x = global_avg_pool2d(x);
        affine(&self.output, self.dropout.forward(x, seed.map(|seed| seed.at(0))))
    }
}

impl Forward for ResidualNetwork {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let [conv1, bn1] = ["conv1", "bn1"].map(str::to_owned);
        let mut operations = conv_norm_operations((conv1, &self.conv1), (bn1, &self.bn1), Activation::Relu);
        let Filters { kernel, stride, padding, .. } = POOL;
        operations.push(Operation::MaxPool { side: kernel, stride, padding });
        operations.extend(self.blocks().flat_map(|(path, block)| block.operations(&path)));
        operations.push(Operation::GlobalMean);
        operations.push(linear_operation("output", &self.output));
        operations
    }

    fn published(&self) -> &'static [Published] {
        &[TORCHVISION]
    }
}
