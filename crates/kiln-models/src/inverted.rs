//! Inverted residual blocks: wide in the middle, where each channel is convolved by itself (Sandler and others: MobileNetV2, 2018), with
//! squeeze and excitation.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Act, add};

use crate::convolution::ConvNorm;
use crate::dropout::StochasticDepth;
use crate::filters::Filters;
use crate::init::Init;
use crate::norm::BatchNormStyle;
use crate::plan::Plan;
use crate::residual::SqueezeExcite;
use crate::{Activation, Operation};

/// What distinguishes one block from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InvertedShape {
    pub(crate) inputs: usize,
    /// Channels in the middle.
    pub(crate) expanded: usize,
    pub(crate) outputs: usize,
    /// Side of the filters in the middle.
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    /// Channels that squeeze and excitation goes through; none without it.
    pub(crate) squeezed: Option<usize>,
    pub(crate) activation: Activation,
    /// Activation and gate of squeeze and excitation.
    pub(crate) excitation: [Activation; 2],
    pub(crate) norm: BatchNormStyle,
}

impl InvertedShape {
    /// The convolutions: to the middle where it is wider, in the middle, and out.
    fn filters(&self) -> (Option<Filters>, [Filters; 2]) {
        let expand = (self.expanded != self.inputs).then(|| Filters::new(self.inputs, self.expanded, 1));
        let middle = Filters::depthwise(self.expanded, self.kernel).stride(self.stride);
        (expand, [middle, Filters::new(self.expanded, self.outputs, 1)])
    }

    fn is_residual(&self) -> bool {
        self.stride == 1 && self.inputs == self.outputs
    }

    pub(crate) fn plan(&self, plan: &mut Plan) {
        let (expand, [middle, project]) = self.filters();
        let conv = |plan: &mut Plan, filters: &Filters| {
            plan.filters(filters);
            plan.parameters(Some(2 * filters.outputs));
        };
        for filters in expand.iter().chain([&middle]) {
            conv(plan, filters);
        }
        if let Some(squeezed) = self.squeezed {
            for Filters { inputs, outputs, .. } in SqueezeExcite::filters(self.expanded, squeezed) {
                plan.matrix(inputs, outputs, 1);
            }
        }
        conv(plan, &project);
    }

    /// For the summary of a model.
    pub(crate) fn describe(&self) -> String {
        let (expand, [middle, project]) = self.filters();
        let mut parts: Vec<String> =
            expand.iter().chain([&middle, &project]).map(Filters::describe).collect();
        if self.squeezed.is_some() {
            parts.insert(parts.len() - 1, "squeeze-excite".to_owned());
        }
        let residual = if self.is_residual() { "residual " } else { "" };
        format!("{residual}block: {}; batch norm, {}", parts.join(", "), self.activation.name())
    }
}

/// A part of a block.
#[derive(Module, Debug)]
pub(crate) enum Part {
    Conv(ConvNorm),
    Squeeze(SqueezeExcite),
}

/// `f(x)`, or `f(x) + x` where the shape stays.
#[derive(Module, Debug)]
pub(crate) struct InvertedResidual {
    block: Vec<Part>,
    depth: StochasticDepth,
    #[module(skip)]
    residual: bool,
}

impl InvertedResidual {
    /// `depth`: the probability that f is left out where `x` is added.
    pub(crate) fn new(init: &mut Init<'_>, shape: &InvertedShape, depth: f64) -> Self {
        let (expand, [middle, project]) = shape.filters();
        let mut block = Vec::with_capacity(4);
        for filters in expand.into_iter().chain([middle]) {
            block.push(Part::Conv(ConvNorm::new(init, filters, shape.norm, shape.activation)));
        }
        if let Some(squeezed) = shape.squeezed {
            let channels = [shape.expanded, squeezed];
            block.push(Part::Squeeze(SqueezeExcite::new(init, channels, shape.excitation)));
        }
        block.push(Part::Conv(ConvNorm::new(init, project, shape.norm, Activation::Identity)));
        Self { block, depth: StochasticDepth::checked(depth), residual: shape.is_residual() }
    }

    pub(crate) fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        let shortcut = self.residual.then(|| x.clone());
        let branch = self.block.iter().fold(x, |x, part| match part {
            Part::Conv(conv) => conv.forward(x),
            Part::Squeeze(squeeze) => squeeze.forward(x),
        });
        match shortcut {
            Some(shortcut) => add(self.depth.forward(branch, seed), shortcut, Act::None),
            None => branch,
        }
    }

    /// What it does, as the block at `path`.
    pub(crate) fn operations(&self, path: &str) -> Vec<Operation> {
        let of = |(place, part): (usize, &Part)| {
            let path = format!("{path}.block.{place}");
            match part {
                Part::Conv(conv) => conv.operations(&path),
                Part::Squeeze(squeeze) => vec![squeeze.operation(&path)],
            }
        };
        let branch: Vec<Operation> = self.block.iter().enumerate().flat_map(of).collect();
        if self.residual { vec![Operation::Residual(branch)] } else { branch }
    }
}
