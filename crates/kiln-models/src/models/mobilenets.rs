//! MobileNetV3 as torchvision has it.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed};
use kiln_data::Inputs;
use kiln_kernels::global_avg_pool2d;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use super::settings::published_settings;
use crate::convolution::ConvNorm;
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::filters::Filters;
use crate::init::Init;
use crate::inverted::{InvertedResidual, InvertedShape};
use crate::norm::BatchNormStyle;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::published::Published;
use crate::schema::JsonSchema;
use crate::{Activation, ModelError, ModelInput, Operation, Summary};

published_settings! {
    /// MobileNetV3-Small, as torchvision's `mobilenet_v3_small`: 2.5 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    MobilenetV3SmallConfig("mobilenet-v3-small") for MobilenetV3Small {
        /// Probability that a unit of the hidden layer before the output is dropped, `[0, 1)`. Default 0.2.
        dropout: 0.2,
    }
    |settings| Architecture { blocks: SMALL, hidden: 1024, dropout: settings.dropout }
}

published_settings! {
    /// MobileNetV3-Large, as torchvision's `mobilenet_v3_large`: 5.5 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    MobilenetV3LargeConfig("mobilenet-v3-large") for MobilenetV3Large {
        /// Probability that a unit of the hidden layer before the output is dropped, `[0, 1)`. Default 0.2.
        dropout: 0.2,
    }
    |settings| Architecture { blocks: LARGE, hidden: 1280, dropout: settings.dropout }
}

/// [`MobilenetV3SmallConfig`] makes it.
pub type MobilenetV3Small = MobilenetV3;
/// [`MobilenetV3LargeConfig`] makes it.
pub type MobilenetV3Large = MobilenetV3;

/// MobileNetV3 (Howard and others: Searching for MobileNetV3, 2019).
///
/// A 3x3 convolution with stride 2, inverted residual blocks, a 1x1 convolution, the mean over the map, a hidden layer with hard swish, dropout
/// and a linear output. Batch norm (ε 0.001, momentum 0.01) follows each convolution. Parameters are called as torchvision's but for
/// `features.0.conv`, `.norm`, `hidden` and `output`, which are `features.0.0`, `.1`, `classifier.0` and `classifier.3` there.
#[derive(Module, Debug)]
pub struct MobilenetV3 {
    features: Vec<Feature>,
    hidden: nn::Linear,
    dropout: Dropout,
    output: nn::Linear,
}

#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "A box would buy nothing: there are a dozen.")]
pub(crate) enum Feature {
    Conv(ConvNorm),
    Block(InvertedResidual),
}

/// A block: side of the filters, channels in the middle and behind, squeeze and excitation, hard swish in place of relu, stride.
type Row = (usize, usize, usize, bool, bool, usize);

/// What distinguishes one of these networks from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    pub(crate) blocks: &'static [Row],
    pub(crate) hidden: usize,
    pub(crate) dropout: f64,
}

const FIRST: usize = 16;

/// Table 2 of the paper.
const SMALL: &[Row] = &[
    (3, 16, 16, true, false, 2),
    (3, 72, 24, false, false, 2),
    (3, 88, 24, false, false, 1),
    (5, 96, 40, true, true, 2),
    (5, 240, 40, true, true, 1),
    (5, 240, 40, true, true, 1),
    (5, 120, 48, true, true, 1),
    (5, 144, 48, true, true, 1),
    (5, 288, 96, true, true, 2),
    (5, 576, 96, true, true, 1),
    (5, 576, 96, true, true, 1),
];

/// Table 1 of the paper.
const LARGE: &[Row] = &[
    (3, 16, 16, false, false, 1),
    (3, 64, 24, false, false, 2),
    (3, 72, 24, false, false, 1),
    (5, 72, 40, true, false, 2),
    (5, 120, 40, true, false, 1),
    (5, 120, 40, true, false, 1),
    (3, 240, 80, false, true, 2),
    (3, 200, 80, false, true, 1),
    (3, 184, 80, false, true, 1),
    (3, 184, 80, false, true, 1),
    (3, 480, 112, true, true, 1),
    (3, 672, 112, true, true, 1),
    (5, 672, 160, true, true, 2),
    (5, 960, 160, true, true, 1),
    (5, 960, 160, true, true, 1),
];

const NORM: BatchNormStyle = BatchNormStyle { epsilon: 0.001, momentum: 0.01 };
const HEAD_STD: f64 = 0.01;

const TORCHVISION: Published = Published::new("torchvision", |name| {
    let name = name.replace(".conv.", ".0.").replace(".norm.", ".1.");
    match name.split_once('.') {
        Some(("hidden", rest)) => format!("classifier.0.{rest}"),
        Some(("output", rest)) => format!("classifier.3.{rest}"),
        _ => name,
    }
});

/// The multiple of 8 that is nearest to `channels`, at least 8, and not less than nine tenths.
fn divisible(channels: usize) -> usize {
    let nearest = ((channels + 4) / 8 * 8).max(8);
    if nearest * 10 < channels * 9 { nearest + 8 } else { nearest }
}

impl Architecture {
    fn shapes(&self) -> Vec<InvertedShape> {
        let mut inputs = FIRST;
        let of = |&(kernel, expanded, outputs, squeeze, hard, stride): &Row| {
            let shape = InvertedShape {
                inputs,
                expanded,
                outputs,
                kernel,
                stride,
                squeezed: squeeze.then(|| divisible(expanded / 4)),
                activation: if hard { Activation::HardSwish } else { Activation::Relu },
                excitation: [Activation::Relu, Activation::HardSigmoid],
                norm: NORM,
            };
            inputs = outputs;
            shape
        };
        self.blocks.iter().map(of).collect()
    }

    /// The convolution behind the blocks.
    fn last(&self) -> Filters {
        let inputs = self.blocks.last().map_or(FIRST, |row| row.2);
        Filters::new(inputs, 6 * inputs, 1)
    }

    pub(crate) fn plan(
        &self,
        kind: &'static str,
        input: &ModelInput,
        outputs: usize,
    ) -> Result<Summary, ModelError> {
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images(kind)?;
        let first = Filters::new(plan.image()[0], FIRST, 3).stride(2);
        plan.conv_norm("features.0", &first, Activation::HardSwish)?;
        for (index, shape) in self.shapes().iter().enumerate() {
            shape.plan(&mut plan);
            plan.layer(&format!("features.{}", index + 1), shape.describe())?;
        }
        let last = self.last();
        plan.conv_norm(&format!("features.{}", self.blocks.len() + 1), &last, Activation::HardSwish)?;
        plan.pool_to_channels("mean", "mean over the map");
        plan.matrix(last.outputs, self.hidden, 1);
        plan.becomes(&[self.hidden]);
        let dropout = if self.dropout > 0.0 { format!(", dropout {}", self.dropout) } else { String::new() };
        plan.layer("hidden", format!("linear, hard-swish{dropout}"))?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    pub(crate) fn build(
        &self,
        [channels, ..]: [usize; 3],
        outputs: usize,
        init: &mut Init<'_>,
    ) -> MobilenetV3 {
        let conv = |init: &mut Init<'_>, filters| {
            Feature::Conv(ConvNorm::new(init, filters, NORM, Activation::HardSwish))
        };
        let mut features = vec![conv(init, Filters::new(channels, FIRST, 3).stride(2))];
        for shape in self.shapes() {
            features.push(Feature::Block(InvertedResidual::new(init, &shape, 0.0)));
        }
        let last = self.last();
        features.push(conv(init, last));
        let hidden = init.linear_normal(last.outputs, self.hidden, HEAD_STD);
        let output = init.linear_normal(self.hidden, outputs, HEAD_STD);
        MobilenetV3 { features, hidden, dropout: Dropout::checked(self.dropout), output }
    }
}

impl MobilenetV3 {
    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on and draws from `seed.at(0)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, mut x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        for (index, feature) in self.features.iter().enumerate() {
            x = match feature {
                Feature::Conv(conv) => conv.forward(x),
                Feature::Block(block) => block.forward(x, None),
            };
            x = observer.see(|| format!("features.{index}"), x);
        }
        let x = Activation::HardSwish.forward(affine(&self.hidden, global_avg_pool2d(x)));
        let x = observer.see(|| "hidden".to_owned(), x);
        affine(&self.output, self.dropout.forward(x, seed.map(|seed| seed.at(0))))
    }
}

impl Forward for MobilenetV3 {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let of = |(index, feature): (usize, &Feature)| {
            let path = format!("features.{index}");
            match feature {
                Feature::Conv(conv) => conv.operations(&path),
                Feature::Block(block) => block.operations(&path),
            }
        };
        let mut operations: Vec<Operation> = self.features.iter().enumerate().flat_map(of).collect();
        operations.push(Operation::GlobalMean);
        operations.push(linear_operation("hidden", &self.hidden));
        operations.push(Operation::Activation(Activation::HardSwish));
        operations.push(linear_operation("output", &self.output));
        operations
    }

    fn published(&self) -> &'static [Published] {
        &[TORCHVISION]
    }
}
