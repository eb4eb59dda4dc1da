//! A network as a list of steps, made once and run often.

mod activation;
mod affine;
mod build;
mod categories;
mod conv;
mod embedding;
mod ensemble;
mod excite;
mod linear;
mod norm;
mod pool;
mod residual;
mod sequence;
mod shape;
mod step;

use kiln_kernels::cpu::Scratch;

use crate::error::InferError;
use crate::file::Tensors;
use crate::plan::Operation;
use build::Builder;
pub(crate) use sequence::{Items, SequenceNetwork};
pub(crate) use shape::Shape;
use step::Steps;

/// Floats that a batch may have in one place: what many items become is computed for some at a time.
const AT_ONCE: usize = 1 << 25;

/// The most items at a time.
const ITEMS: usize = 512;

/// Floats of a batch at its largest from which on several threads may have work.
const WORTH_A_POOL: usize = 64 * 1024;

/// A network.
#[derive(Debug)]
pub(crate) struct Network {
    steps: Steps,
    heads: usize,
    outputs: usize,
    at_once: usize,
    /// The most floats of an item on the way.
    largest: usize,
}

impl Network {
    /// Of operations on items of this shape.
    ///
    /// # Errors
    /// [`InferError::Plan`] for operations that do not fit together, [`InferError::Tensor`] for weights that are not as they need.
    pub(crate) fn new(operations: &[Operation], input: Shape, tensors: &Tensors) -> Result<Self, InferError> {
        let mut builder = Builder::new(tensors, input)?;
        builder.all(operations)?;
        let (steps, shape, largest) = builder.finish();
        let (heads, outputs) = match shape {
            Shape::Row(outputs) => (1, outputs),
            Shape::Heads { heads, features } => (heads, features),
            Shape::Image { .. } => {
                let reason = "its last operation gives images".to_owned();
                return Err(InferError::Plan { place: "the network".to_owned(), reason });
            }
        };
        Ok(Self { steps, heads, outputs, at_once: (AT_ONCE / largest.max(1)).clamp(1, ITEMS), largest })
    }

    /// How often it predicts for each item.
    pub(crate) fn heads(&self) -> usize {
        self.heads
    }

    /// Raw outputs of a head.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// How many items [`Network::run`] is to be given at a time.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    /// Raw outputs of `n` items, `[heads, n, outputs]`.
    pub(crate) fn run(&self, n: usize, x: &[f32]) -> Scratch {
        if n * self.largest < WORTH_A_POOL {
            return self.steps.run(n, x);
        }
        // Entered once for all layers: to hand each over from outside would put this thread to sleep and wake it as often.
        rayon::scope(|_| self.steps.run(n, x))
    }
}
