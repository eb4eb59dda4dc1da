//! ConvNeXt-Tiny as torchvision has it.

mod block;

use burn::module::Module;
use burn::nn;
use burn::nn::LayerNorm;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed};
use kiln_data::Inputs;
use kiln_kernels::global_avg_pool2d;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use super::settings::published_settings;
use crate::dense::{affine, linear_operation};
use crate::filters::Filters;
use crate::init::Init;
use crate::norm::layer_norm_of;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::published::Published;
use crate::schema::JsonSchema;
use crate::{ModelError, ModelInput, Operation, Summary};
use block::{Block, Downsample, EXPANSION, STD, Stem, layer_norm, over_features};

published_settings! {
    /// ConvNeXt-Tiny, as torchvision's `convnext_tiny`: 28.6 million parameters with 1,000 classes, made for 3×224×224, and for any other size from
    /// 32×32 on.
    ConvnextTinyConfig("convnext-tiny") for ConvnextTiny {
        /// Block `b` of the 18, counted from 0, is left out for an item with this probability times `b / 17`, `[0, 1)`. Default 0.1.
        stochastic_depth: 0.1,
    }
    |settings| Architecture { stages: TINY, stochastic_depth: settings.stochastic_depth }
}

/// ConvNeXt (Liu and others: A ConvNet for the 2020s, 2022).
///
/// Patches of 4x4 pixels, four stages of blocks `x + scale · W₂ gelu(W₁ norm(conv(x)))` with a depthwise convolution of 7x7, between them layer
/// norm and a convolution of 2x2 with stride 2; the mean over the map, layer norm and a linear output. ε is 1e-6 throughout. In torchvision `stem`
/// is `features.0`, `stages.0.0.conv` is `features.1.0.block.0`, `downsamples.0` is `features.2`, `norm` is `classifier.0` and `output`
/// `classifier.2`.
#[derive(Module, Debug)]
pub struct ConvnextTiny {
    stem: Stem,
    stages: Vec<Vec<Block>>,
    downsamples: Vec<Downsample>,
    norm: LayerNorm,
    output: nn::Linear,
}

/// What distinguishes one of these networks from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    /// Channels and blocks of each stage.
    pub(crate) stages: &'static [(usize, usize)],
    pub(crate) stochastic_depth: f64,
}

const TINY: &[(usize, usize)] = &[(96, 3), (192, 3), (384, 9), (768, 3)];
const PATCH: usize = 4;

const TORCHVISION: Published = Published::new("torchvision", |name| {
    let parts: Vec<&str> = name.split('.').collect();
    let number = |text: &str| text.parse::<usize>().unwrap_or_default();
    match parts[..] {
        ["stem", "conv", leaf] => format!("features.0.0.{leaf}"),
        ["stem", "norm", leaf] => format!("features.0.1.{leaf}"),
        ["stages", stage, block, "layer_scale"] => {
            format!("features.{}.{block}.layer_scale", 2 * number(stage) + 1)
        }
        ["stages", stage, block, layer, leaf] => {
            let place = match layer {
                "conv" => 0,
                "norm" => 2,
                "expand" => 3,
                _ => 5,
            };
            format!("features.{}.{block}.block.{place}.{leaf}", 2 * number(stage) + 1)
        }
        ["downsamples", stage, layer, leaf] => {
            format!("features.{}.{}.{leaf}", 2 * number(stage) + 2, usize::from(layer == "conv"))
        }
        ["norm", leaf] => format!("classifier.0.{leaf}"),
        ["output", leaf] => format!("classifier.2.{leaf}"),
        _ => name.to_owned(),
    }
});

const TIMM: Published = Published::new("timm", |name| {
    let parts: Vec<&str> = name.split('.').collect();
    let number = |text: &str| text.parse::<usize>().unwrap_or_default();
    match parts[..] {
        ["stem", "conv", leaf] => format!("stem.0.{leaf}"),
        ["stem", "norm", leaf] => format!("stem.1.{leaf}"),
        ["stages", stage, block, "layer_scale"] => format!("stages.{stage}.blocks.{block}.gamma"),
        ["stages", stage, block, layer, leaf] => {
            let layer = match layer {
                "conv" => "conv_dw",
                "expand" => "mlp.fc1",
                "project" => "mlp.fc2",
                other => other,
            };
            format!("stages.{stage}.blocks.{block}.{layer}.{leaf}")
        }
        ["downsamples", stage, layer, leaf] => {
            format!("stages.{}.downsample.{}.{leaf}", number(stage) + 1, usize::from(layer == "conv"))
        }
        ["norm", leaf] => format!("head.norm.{leaf}"),
        ["output", leaf] => format!("head.fc.{leaf}"),
        _ => name.to_owned(),
    }
});

impl Architecture {
    fn width(&self) -> usize {
        self.stages.first().map_or(1, |stage| stage.0)
    }

    /// Between one stage and the next.
    fn downsamples(&self) -> impl Iterator<Item = Filters> {
        self.stages.windows(2).map(|pair| Filters::patches(pair[0].0, pair[1].0, 2))
    }

    pub(crate) fn plan(
        &self,
        kind: &'static str,
        input: &ModelInput,
        outputs: usize,
    ) -> Result<Summary, ModelError> {
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images(kind)?;
        plan.needs_side(kind, PATCH << (self.stages.len() - 1), "set data.size, such as 224")?;
        let stem = Filters::patches(plan.image()[0], self.width(), PATCH);
        plan.filters(&stem);
        plan.parameters(Some(2 * stem.outputs));
        plan.layer("stem", format!("{}, layer norm", stem.describe()))?;
        let mut downsamples = self.downsamples();
        for (stage, &(width, blocks)) in self.stages.iter().enumerate() {
            for block in 0..blocks {
                let conv = Block::filters(width);
                plan.filters(&conv);
                let [_, rows, columns] = plan.image();
                plan.matrix(width, EXPANSION * width, rows * columns);
                plan.matrix(EXPANSION * width, width, rows * columns);
                // Scale and shift of the norm, and the scale of the layer.
                plan.parameters(Some(3 * width));
                let kind = format!("residual block: {}, layer norm, linear, gelu, linear", conv.describe());
                plan.layer(&format!("stages.{stage}.{block}"), kind)?;
            }
            if let Some(filters) = downsamples.next() {
                plan.filters(&filters);
                plan.parameters(Some(2 * filters.inputs));
                plan.layer(&format!("downsamples.{stage}"), format!("layer norm, {}", filters.describe()))?;
            }
        }
        plan.pool_to_channels("mean", "mean over the map");
        plan.parameters(self.stages.last().map(|stage| 2 * stage.0));
        plan.layer("norm", "layer norm")?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    pub(crate) fn build(
        &self,
        [channels, ..]: [usize; 3],
        outputs: usize,
        init: &mut Init<'_>,
    ) -> ConvnextTiny {
        let stem = Stem::new(init, Filters::patches(channels, self.width(), PATCH));
        let blocks = self.stages.iter().map(|stage| stage.1).sum::<usize>();
        let last = blocks.saturating_sub(1).max(1) as f64;
        let mut depths = (0..blocks).map(|block| self.stochastic_depth * block as f64 / last);
        let mut filters = self.downsamples();
        let (mut stages, mut downsamples) = (Vec::new(), Vec::new());
        for &(width, blocks) in self.stages {
            stages.push(depths.by_ref().take(blocks).map(|depth| Block::new(init, width, depth)).collect());
            downsamples.extend(filters.next().map(|filters| Downsample::new(init, filters)));
        }
        let features = self.stages.last().map_or(1, |stage| stage.0);
        let norm = layer_norm_of(features, init.device());
        ConvnextTiny { stem, stages, downsamples, norm, output: init.linear_normal(features, outputs, STD) }
    }
}

impl ConvnextTiny {
    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, stochastic depth is on: block `b`, counted through all
    /// stages, draws from `seed.at(b)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let mut x = observer.see(|| "stem".to_owned(), self.stem.forward(x));
        let mut seeds = (0..).map(|b| seed.map(|seed| seed.at(b)));
        for (stage, blocks) in self.stages.iter().enumerate() {
            for ((place, block), seed) in blocks.iter().enumerate().zip(seeds.by_ref()) {
                x = block.forward(x, seed);
                x = observer.see(|| format!("stages.{stage}.{place}"), x);
            }
            if let Some(downsample) = self.downsamples.get(stage) {
                x = downsample.forward(x);
                x = observer.see(|| format!("downsamples.{stage}"), x);
            }
        }
        affine(&self.output, over_features(&self.norm, global_avg_pool2d(x)))
    }
}

impl Forward for ConvnextTiny {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = self.stem.operations("stem");
        for (stage, blocks) in self.stages.iter().enumerate() {
            let blocks = blocks.iter().enumerate();
            operations
                .extend(blocks.map(|(place, block)| block.operation(&format!("stages.{stage}.{place}"))));
            if let Some(downsample) = self.downsamples.get(stage) {
                operations.extend(downsample.operations(&format!("downsamples.{stage}")));
            }
        }
        operations.extend([Operation::GlobalMean, layer_norm("norm")]);
        operations.push(linear_operation("output", &self.output));
        operations
    }

    fn published(&self) -> &'static [Published] {
        &[TORCHVISION, TIMM]
    }
}
