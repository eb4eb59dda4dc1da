//! A block of a residual network.

use burn::module::Module;
use burn::nn::BatchNorm;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::convolution::{ConvNorm, conv_norm_operations, convolve_and_normalise};
use crate::dropout::StochasticDepth;
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::norm::BatchNormStyle;
use crate::plan::Plan;
use crate::residual::add_relu;
use crate::{Activation, Operation};

/// The convolutions of a block.
#[derive(Debug, Clone)]
pub(crate) struct BlockShape {
    branch: Vec<Filters>,
    /// That of the shortcut, where it changes the shape.
    shortcut: Option<Filters>,
}

/// A bottleneck has so many times the channels of its middle.
const EXPANSION: usize = 4;

impl BlockShape {
    /// `width` is that of the 3x3 convolutions.
    pub(crate) fn new(inputs: usize, width: usize, stride: usize, bottleneck: bool) -> Self {
        let (branch, outputs) = if bottleneck {
            let outputs = width * EXPANSION;
            let middle = Filters::new(width, width, 3).stride(stride);
            (vec![Filters::new(inputs, width, 1), middle, Filters::new(width, outputs, 1)], outputs)
        } else {
            let first = Filters::new(inputs, width, 3).stride(stride);
            (vec![first, Filters::new(width, width, 3)], width)
        };
        let changes = stride > 1 || inputs != outputs;
        Self { branch, shortcut: changes.then(|| Filters::new(inputs, outputs, 1).stride(stride)) }
    }

    pub(crate) fn outputs(&self) -> usize {
        self.branch.last().map_or(0, |filters| filters.outputs)
    }

    pub(crate) fn plan(&self, plan: &mut Plan) {
        for filters in &self.branch {
            plan.filters(filters);
            plan.parameters(Some(2 * filters.outputs));
        }
        if let Some(filters) = &self.shortcut {
            plan.beside(filters);
            plan.parameters(Some(2 * filters.outputs));
        }
    }

    /// For the summary of a model: `residual 1x1, 3x3 stride 2, 1x1, batch norm, relu`.
    pub(crate) fn describe(&self) -> String {
        let convs: Vec<String> = self.branch.iter().map(Filters::describe).collect();
        format!("residual block: {}; batch norm, relu", convs.join(", "))
    }
}

/// `relu(f(x) + g(x))`: f are two or three convolutions, g is one, or nothing where f keeps the shape.
#[derive(Module, Debug)]
pub(crate) struct ResidualBlock {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
    conv3: Option<Conv2d>,
    bn3: Option<BatchNorm>,
    downsample: Option<ConvNorm>,
    depth: StochasticDepth,
}

impl ResidualBlock {
    /// `depth`: the probability that f is left out.
    pub(crate) fn new(init: &mut Init<'_>, shape: BlockShape, depth: f64) -> Self {
        let device = init.device().clone();
        let norm = |filters: &Filters| BatchNormStyle::TORCH.init(filters.outputs, &device);
        let [first, second] = [shape.branch[0], shape.branch[1]];
        let third = shape.branch.get(2);
        let [conv1, conv2] = [first, second].map(|filters| filters.init(init, Draw::FanOut));
        let shortcut = shape.shortcut;
        Self {
            conv1,
            bn1: norm(&first),
            conv2,
            bn2: norm(&second),
            conv3: third.map(|filters| filters.init(init, Draw::FanOut)),
            bn3: third.map(norm),
            downsample: shortcut
                .map(|filters| ConvNorm::new(init, filters, BatchNormStyle::TORCH, Activation::Identity)),
            depth: StochasticDepth::checked(depth),
        }
    }

    /// Convolutions and norms of the branch, each with what follows it.
    fn branch(&self) -> impl Iterator<Item = (usize, &Conv2d, &BatchNorm, Activation)> {
        let third = self.conv3.as_ref().zip(self.bn3.as_ref());
        let last = if third.is_some() { 3 } else { 2 };
        let two = [(&self.conv1, &self.bn1), (&self.conv2, &self.bn2)];
        two.into_iter().chain(third).zip(1..).map(move |((conv, norm), place)| {
            let activation = if place == last { Activation::Identity } else { Activation::Relu };
            (place, conv, norm, activation)
        })
    }

    pub(crate) fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        let mut branch = x.clone();
        for (_, conv, norm, activation) in self.branch() {
            branch = convolve_and_normalise(conv, norm, branch, activation);
        }
        let shortcut = match &self.downsample {
            Some(conv) => conv.forward(x),
            None => x,
        };
        add_relu(self.depth.forward(branch, seed), shortcut)
    }

    /// What it does, as the block at `path`.
    pub(crate) fn operations(&self, path: &str) -> Vec<Operation> {
        let of = |(place, conv, norm, activation)| {
            let [conv_layer, norm_layer] = [format!("{path}.conv{place}"), format!("{path}.bn{place}")];
            conv_norm_operations((conv_layer, conv), (norm_layer, norm), activation)
        };
        let branch: Vec<Operation> = self.branch().flat_map(of).collect();
        let sum = match &self.downsample {
            Some(conv) => Operation::Sum { branch, shortcut: conv.operations(&format!("{path}.downsample")) },
            None => Operation::Residual(branch),
        };
        vec![sum, Operation::Activation(Activation::Relu)]
    }
}
