//! From operations to steps: shapes are checked, neighbours become one step.

use kiln_kernels::cpu::{Act, Curve, Order};

use super::activation::{Activated, curve_of};
use super::affine::{Affine, Folded};
use super::categories::Categories;
use super::conv::{Behind, Conv, Window};
use super::embedding::Embedded;
use super::ensemble::{Ensemble, Heads};
use super::excite::Excite;
use super::linear::Linear;
use super::norm::LayerNorm;
use super::pool::{Global, MaxPool, Turn};
use super::residual::Sum;
use super::shape::{Shape, wrong};
use super::step::{Step, Steps};
use crate::error::InferError;
use crate::file::Tensors;
use crate::plan::{Activation, Operation};

/// Steps so far, and what an item is behind them.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    tensors: &'a Tensors,
    steps: Steps,
    shape: Shape,
    /// The most floats of an item on the way.
    largest: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(tensors: &'a Tensors, shape: Shape) -> Result<Self, InferError> {
        let largest = shape.len("the inputs")?;
        Ok(Self { tensors, steps: Steps::default(), shape, largest })
    }

    /// The steps, the shape behind them, and the most floats of an item on the way.
    pub(super) fn finish(self) -> (Steps, Shape, usize) {
        (self.steps, self.shape, self.largest)
    }

    pub(super) fn all(&mut self, operations: &[Operation]) -> Result<(), InferError> {
        let mut rest = operations;
        while let Some((operation, next)) = rest.split_first() {
            rest = self.one(operation, next)?;
        }
        Ok(())
    }

    fn push(&mut self, place: &str, step: impl Step + 'static, shape: Shape) -> Result<(), InferError> {
        self.largest = self.largest.max(shape.len(place)?);
        self.shape = shape;
        self.steps.push(step);
        Ok(())
    }

    /// Adds an operation, and those behind it that it takes along; gives back the others.
    fn one<'o>(
        &mut self,
        operation: &Operation,
        mut next: &'o [Operation],
    ) -> Result<&'o [Operation], InferError> {
        let tensors = self.tensors;
        match operation {
            Operation::Flatten => self.flatten()?,
            Operation::Linear { layer, bias } => {
                let inputs = self.row(layer)?;
                let mut folded = Folded::linear(tensors, layer, inputs, *bias)?;
                self.fold(&mut folded, &mut next)?;
                let outputs = folded.outputs();
                self.push(layer, Linear::new(&folded, inputs, relu(&mut next)), Shape::Row(outputs))?;
            }
            Operation::Conv { layer, bias, stride, padding, groups } => {
                let (dims, order) = self.image(layer)?;
                let window = Window { stride: *stride, padding: *padding, groups: *groups };
                let (mut folded, kernel) = Folded::conv(tensors, layer, dims, *groups, *bias)?;
                self.fold(&mut folded, &mut next)?;
                let act = relu(&mut next);
                let pool = act == Act::Relu && halves(&mut next);
                let curve = if act == Act::None { curve(&mut next) } else { None };
                let behind = Behind { act, curve, pool };
                let conv = Conv::new(layer, folded, kernel, window, (dims, order), behind)?;
                let dims = conv.result();
                self.push(layer, conv, Shape::Image { dims, order: Order::Nhwc })?;
            }
            Operation::BatchNorm { layer, epsilon } => {
                self.channels_last(layer)?;
                let channels = self.channels();
                let step = Affine::new(tensors, layer, *epsilon, channels)?;
                self.push(layer, step, self.shape)?;
            }
            Operation::LayerNorm { layer, epsilon } => {
                let features = self.row(layer)?;
                let step = LayerNorm::new(tensors, layer, *epsilon, features)?;
                self.push(layer, step, self.shape)?;
            }
            Operation::Activation(activation) => {
                self.push("an activation", Activated(*activation), self.shape)?;
            }
            Operation::MaxPool { side, stride, padding } => {
                let place = "a max-pooling";
                let (dims, order) = self.image(place)?;
                let step = MaxPool::new(place, dims, order, [*side, *stride, *padding])?;
                let dims = step.result();
                self.push(place, step, Shape::Image { dims, order })?;
            }
            Operation::GlobalMax | Operation::GlobalMean => {
                let place = "a global pooling";
                let (dims, order) = self.image(place)?;
                let is_max = *operation == Operation::GlobalMax;
                self.push(place, Global::new(dims, order, is_max), Shape::Row(dims[0]))?;
            }
            Operation::Residual(branch) => self.sum(branch, &[], relu(&mut next))?,
            Operation::Sum { branch, shortcut } => self.sum(branch, shortcut, relu(&mut next))?,
            Operation::SqueezeExcite { layer, activation, gate } => {
                let (dims, order) = self.image(layer)?;
                let step = Excite::new(tensors, layer, dims, order, [*activation, *gate])?;
                self.push(layer, step, self.shape)?;
            }
            Operation::Embedding { layer, kind, numbers, others } => {
                let features = self.row(layer)?;
                let step = Embedded::new(tensors, layer, kind, features, [numbers, others])?;
                let width = step.width();
                self.push(layer, step, Shape::Row(width))?;
            }
            Operation::Categories { layer, columns, others } => {
                let features = self.row(layer)?;
                let step = Categories::new(tensors, layer, features, columns, others)?;
                let width = step.width();
                self.push(layer, step, Shape::Row(width))?;
            }
            Operation::Ensemble { layer } => {
                let step = Ensemble::new(tensors, layer, self.shape)?;
                let shape = step.result();
                self.push(layer, step, shape)?;
            }
            Operation::TokenLinear { .. } | Operation::Beside(_) | Operation::Sequence(_) => {
                return Err(wrong("the network", "an operation on sequences has none before it".to_owned()));
            }
            Operation::Heads { layer } => {
                let step = Heads::new(tensors, layer, self.shape)?;
                let shape = step.result();
                self.push(layer, step, shape)?;
            }
        }
        Ok(next)
    }

    /// The features of a row.
    fn row(&self, place: &str) -> Result<usize, InferError> {
        match self.shape {
            Shape::Row(features) => Ok(features),
            other => Err(wrong(place, format!("it takes rows, not {}", other.words()))),
        }
    }

    /// The sizes of an image, and its order in memory.
    fn image(&self, place: &str) -> Result<([usize; 3], Order), InferError> {
        match self.shape {
            Shape::Image { dims, order } => Ok((dims, order)),
            other => Err(wrong(place, format!("it takes images, not {}", other.words()))),
        }
    }

    /// Channels of an image, or features of a row.
    fn channels(&self) -> usize {
        match self.shape {
            Shape::Row(features) | Shape::Heads { features, .. } => features,
            Shape::Image { dims, .. } => dims[0],
        }
    }

    /// Brings images into an order in memory.
    fn turn(&mut self, place: &str, to: Order) -> Result<(), InferError> {
        let Shape::Image { dims, order } = self.shape else { return Ok(()) };
        if order == to {
            return Ok(());
        }
        self.push(place, Turn::new(dims, order, to), Shape::Image { dims, order: to })
    }

    fn channels_last(&mut self, place: &str) -> Result<(), InferError> {
        self.turn(place, Order::Nhwc)
    }

    fn flatten(&mut self) -> Result<(), InferError> {
        self.turn("flatten", Order::Nchw)?;
        if let Shape::Image { dims, .. } = self.shape {
            self.shape = Shape::Row(dims.iter().product());
        }
        Ok(())
    }

    /// Takes a batch norm into the layer before it.
    fn fold(&self, folded: &mut Folded, next: &mut &[Operation]) -> Result<(), InferError> {
        if let [Operation::BatchNorm { layer, epsilon }, rest @ ..] = *next {
            folded.norm(self.tensors, layer, *epsilon)?;
            *next = rest;
        }
        Ok(())
    }

    /// A branch and a shortcut, which is the input itself where it has no operations.
    fn sum(&mut self, branch: &[Operation], shortcut: &[Operation], act: Act) -> Result<(), InferError> {
        let place = "a residual sum";
        self.channels_last(place)?;
        let mut parts = [branch, shortcut].map(|_| None);
        let mut shapes = [self.shape; 2];
        for (at, operations) in [branch, shortcut].into_iter().enumerate() {
            let mut builder = Builder::new(self.tensors, self.shape)?;
            builder.all(operations)?;
            builder.channels_last(place)?;
            let (steps, shape, largest) = builder.finish();
            self.largest = self.largest.max(largest);
            (parts[at], shapes[at]) = (Some(steps), shape);
        }
        let [Some(branch), shortcut_steps] = parts else { return Ok(()) };
        if shapes[0] != shapes[1] {
            return Err(wrong(place, format!("{:?} and {:?} do not fit", shapes[0], shapes[1])));
        }
        let shortcut = shortcut_steps.filter(|_| !shortcut.is_empty());
        self.push(place, Sum::new(branch, shortcut, act), shapes[0])
    }
}

/// Takes a relu along.
fn relu(next: &mut &[Operation]) -> Act {
    match *next {
        [Operation::Activation(Activation::Relu), rest @ ..] => {
            *next = rest;
            Act::Relu
        }
        _ => Act::None,
    }
}

/// Takes another activation along that kernels know.
fn curve(next: &mut &[Operation]) -> Option<Curve> {
    let [Operation::Activation(activation), rest @ ..] = *next else { return None };
    let curve = curve_of(*activation)?;
    *next = rest;
    Some(curve)
}

/// Takes a pooling along that halves the sides.
fn halves(next: &mut &[Operation]) -> bool {
    match *next {
        [Operation::MaxPool { side: 2, stride: 2, padding: 0 }, rest @ ..] => {
            *next = rest;
            true
        }
        _ => false,
    }
}
