//! EfficientNet-B0 as torchvision has it.

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
    /// EfficientNet-B0, as torchvision's `efficientnet_b0`: 5.3 million parameters with 1,000 classes, made for 3×224×224, and for any other size.
    EfficientnetB0Config("efficientnet-b0") for EfficientnetB0 {
        /// Probability that one of the pooled features is dropped, `[0, 1)`. Default 0.2.
        dropout: 0.2,
        /// Block `b` of the 16, counted from 0, is left out for an item with this probability times `b / 16`, `[0, 1)`. Default 0.2.
        stochastic_depth: 0.2,
    }
    |settings| Architecture {
        stages: B0,
        dropout: settings.dropout,
        stochastic_depth: settings.stochastic_depth,
    }
}

/// EfficientNet (Tan and Le: EfficientNet, 2019).
///
/// A 3x3 convolution with stride 2, seven stages of inverted residual blocks, a 1x1 convolution, the mean over the map, dropout and a linear
/// output. SiLU and batch norm throughout. Parameters are called as torchvision's but for `stem`, `stages.0`, `last` and `output`, which are
/// `features.0`, `features.1`, `features.8` and `classifier.1` there, and `conv` and `norm`, which are `0` and `1`.
#[derive(Module, Debug)]
pub struct EfficientnetB0 {
    stem: ConvNorm,
    stages: Vec<Vec<InvertedResidual>>,
    last: ConvNorm,
    dropout: Dropout,
    output: nn::Linear,
}

/// A stage: how many times wider the middle is, side of the filters, stride of the first block, channels, blocks.
type Row = (usize, usize, usize, usize, usize);

/// What distinguishes one of these networks from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    pub(crate) stages: &'static [Row],
    pub(crate) dropout: f64,
    pub(crate) stochastic_depth: f64,
}

const FIRST: usize = 32;

/// Table 1 of the paper.
const B0: &[Row] = &[
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
];

const NORM: BatchNormStyle = BatchNormStyle::TORCH;

const TORCHVISION: Published = Published::new("torchvision", |name| {
    let name = name.replace(".conv.", ".0.").replace(".norm.", ".1.");
    match name.split_once('.') {
        Some(("stem", rest)) => format!("features.0.{rest}"),
        Some(("last", rest)) => format!("features.{}.{rest}", B0.len() + 1),
        Some(("output", rest)) => format!("classifier.1.{rest}"),
        Some(("stages", rest)) => {
            match rest.split_once('.').map(|(stage, rest)| (stage.parse::<usize>(), rest)) {
                Some((Ok(stage), rest)) => format!("features.{}.{rest}", stage + 1),
                _ => name,
            }
        }
        _ => name,
    }
});

impl Architecture {
    /// The blocks of each stage.
    fn shapes(&self) -> Vec<Vec<InvertedShape>> {
        let mut inputs = FIRST;
        let stage = |&(expansion, kernel, stride, outputs, blocks): &Row| {
            let block = |place: usize| {
                let shape = InvertedShape {
                    inputs,
                    expanded: inputs * expansion,
                    outputs,
                    kernel,
                    stride: if place == 0 { stride } else { 1 },
                    squeezed: Some((inputs / 4).max(1)),
                    activation: Activation::Silu,
                    excitation: [Activation::Silu, Activation::Sigmoid],
                    norm: NORM,
                };
                inputs = outputs;
                shape
            };
            (0..blocks).map(block).collect()
        };
        self.stages.iter().map(stage).collect()
    }

    fn last(&self) -> Filters {
        let inputs = self.stages.last().map_or(FIRST, |row| row.3);
        Filters::new(inputs, 4 * inputs, 1)
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
        plan.conv_norm("stem", &first, Activation::Silu)?;
        for (stage, shapes) in self.shapes().iter().enumerate() {
            for (place, shape) in shapes.iter().enumerate() {
                shape.plan(&mut plan);
                plan.layer(&format!("stages.{stage}.{place}"), shape.describe())?;
            }
        }
        plan.conv_norm("last", &self.last(), Activation::Silu)?;
        plan.pool_to_channels("mean", "mean over the map");
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    pub(crate) fn build(
        &self,
        [channels, ..]: [usize; 3],
        outputs: usize,
        init: &mut Init<'_>,
    ) -> EfficientnetB0 {
        let stem = ConvNorm::new(init, Filters::new(channels, FIRST, 3).stride(2), NORM, Activation::Silu);
        let shapes = self.shapes();
        let blocks = shapes.iter().map(Vec::len).sum::<usize>().max(1);
        let mut stages = Vec::with_capacity(shapes.len());
        let mut block = 0;
        for shapes in shapes {
            let mut stage = Vec::with_capacity(shapes.len());
            for shape in shapes {
                let depth = self.stochastic_depth * block as f64 / blocks as f64;
                stage.push(InvertedResidual::new(init, &shape, depth));
                block += 1;
            }
            stages.push(stage);
        }
        let filters = self.last();
        let last = ConvNorm::new(init, filters, NORM, Activation::Silu);
        let output = init.linear_between(filters.outputs, outputs, 1.0 / (outputs as f64).sqrt());
        EfficientnetB0 { stem, stages, last, dropout: Dropout::checked(self.dropout), output }
    }
}

impl EfficientnetB0 {
    fn blocks(&self) -> impl Iterator<Item = (String, &InvertedResidual)> {
        self.stages.iter().enumerate().flat_map(|(stage, blocks)| {
            blocks.iter().enumerate().map(move |(place, block)| (format!("stages.{stage}.{place}"), block))
        })
    }

    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on and draws from `seed.at(0)`, block `b`,
    /// counted through all stages, from `seed.at(1 + b)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let mut x = self.stem.forward(x);
        x = observer.see(|| "stem".to_owned(), x);
        for (b, (path, block)) in self.blocks().enumerate() {
            x = block.forward(x, seed.map(|seed| seed.at(1 + b as u64)));
            x = observer.see(|| path, x);
        }
        let x = observer.see(|| "last".to_owned(), self.last.forward(x));
        affine(&self.output, self.dropout.forward(global_avg_pool2d(x), seed.map(|seed| seed.at(0))))
    }
}

impl Forward for EfficientnetB0 {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = self.stem.operations("stem");
        operations.extend(self.blocks().flat_map(|(path, block)| block.operations(&path)));
        operations.extend(self.last.operations("last"));
        operations.push(Operation::GlobalMean);
        operations.push(linear_operation("output", &self.output));
        operations
    }

    fn published(&self) -> &'static [Published] {
        &[TORCHVISION]
    }
}
