//! A residual network written as those of Burn's model zoo are: blocks that are an enum, a stack of them in a `Vec`, an optional
//! shortcut, Burn's own layers, initialisers and configurations. Nothing in it knows kiln.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Initializer, Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::tensor::{Device, Tensor};

#[derive(Module, Debug)]
struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

impl ConvNorm {
    fn new(channels: [usize; 2], kernel: usize, stride: usize, groups: usize, device: &Device) -> Self {
        let pad = kernel / 2;
        Self {
            conv: Conv2dConfig::new(channels, [kernel; 2])
                .with_stride([stride; 2])
                .with_groups(groups)
                .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
                .with_bias(false)
                .with_initializer(Initializer::KaimingNormal { gain: f64::sqrt(2.0), fan_out_only: true })
                .init(device),
            norm: BatchNormConfig::new(channels[1]).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x))
    }
}

#[derive(Module, Debug)]
struct Basic {
    first: ConvNorm,
    second: ConvNorm,
    shortcut: Option<ConvNorm>,
    relu: Relu,
}

impl Basic {
    fn new(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        let [input, output] = channels;
        let shortcut =
            (stride != 1 || input != output).then(|| ConvNorm::new(channels, 1, stride, 1, device));
        Self {
            first: ConvNorm::new(channels, 3, stride, 1, device),
            second: ConvNorm::new([output, output], 3, 1, 1, device),
            shortcut,
            relu: Relu::new(),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let identity = match &self.shortcut {
            Some(shortcut) => shortcut.forward(x.clone()),
            None => x.clone(),
        };
        let inner = self.second.forward(self.relu.forward(self.first.forward(x)));
        self.relu.forward(inner + identity)
    }
}

/// An inverted residual, as in MobileNet: wider, by channel, narrower.
#[derive(Module, Debug)]
struct Inverted {
    expand: ConvNorm,
    depthwise: ConvNorm,
    project: ConvNorm,
    relu: Relu,
}

impl Inverted {
    fn new(channels: usize, device: &Device) -> Self {
        let wide = 2 * channels;
        Self {
            expand: ConvNorm::new([channels, wide], 1, 1, 1, device),
            depthwise: ConvNorm::new([wide, wide], 3, 1, wide, device),
            project: ConvNorm::new([wide, channels], 1, 1, 1, device),
            relu: Relu::new(),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = self.relu.forward(self.expand.forward(x.clone()));
        self.project.forward(self.relu.forward(self.depthwise.forward(inner))) + x
    }
}

#[derive(Module, Debug)]
enum Block {
    Basic(Basic),
    Inverted(Inverted),
}

impl Block {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Basic(block) => block.forward(x),
            Self::Inverted(block) => block.forward(x),
        }
    }
}

#[derive(Module, Debug)]
pub(super) struct Net {
    stem: ConvNorm,
    relu: Relu,
    pool: MaxPool2d,
    blocks: Vec<Block>,
    average: AdaptiveAvgPool2d,
    fc: Linear,
}

impl Net {
    pub(super) fn new(classes: usize, device: &Device) -> Self {
        Self {
            stem: ConvNorm::new([1, 8], 3, 1, 1, device),
            relu: Relu::new(),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            blocks: vec![
                Block::Basic(Basic::new([8, 16], 1, device)),
                Block::Inverted(Inverted::new(16, device)),
                Block::Basic(Basic::new([16, 16], 2, device)),
            ],
            average: AdaptiveAvgPool2dConfig::new([1, 1]).init(),
            fc: LinearConfig::new(16, classes).init(device),
        }
    }

    pub(super) fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        let mut x = self.pool.forward(self.relu.forward(self.stem.forward(images)));
        for block in &self.blocks {
            x = block.forward(x);
        }
        self.fc.forward(self.average.forward(x).flatten(1, 3))
    }
}
