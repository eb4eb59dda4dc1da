//! What a formula is as data.

use burn::tensor::Tensor;

/// One operation. The numbers are places of values: 0 is the weight, 1 the gradient, then come the kept values and the results of the
/// operations before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Op {
    /// A constant, by its place among those of the update.
    Constant(usize),
    /// The sum.
    Add(usize, usize),
    /// The first minus the second.
    Sub(usize, usize),
    /// The product.
    Mul(usize, usize),
    /// The first over the second.
    Div(usize, usize),
    /// The square root.
    Root(usize),
    /// The absolute value.
    Abs(usize),
    /// One over it.
    Recip(usize),
    /// The larger one.
    Max(usize, usize),
    /// −1, 0 or 1.
    Sign(usize),
    /// `sign(x) · max(|x| − by, 0)`, with exact zeros: x and by.
    TowardZero(usize, usize),
}

/// What happens to each element: operations one after the other, and the places of the new weight and the new kept values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Program {
    /// The operations, in order.
    pub ops: Vec<Op>,
    /// Places of the new weight and the new kept values.
    pub results: Vec<usize>,
}

/// A parameter and what is to happen to it. All tensors have the same length and are f32 on a GPU ([`runs_on`](super::runs_on)).
#[derive(Debug)]
pub struct Update {
    /// What happens.
    pub program: Program,
    /// The constants of the program.
    pub constants: Vec<f32>,
    /// The weight, which is replaced in place.
    pub weight: Tensor<1>,
    /// Its gradient.
    pub gradient: Tensor<1>,
    /// What the gradient is multiplied with first, `[1]`.
    pub factor: Option<Tensor<1>>,
    /// The kept values, which are replaced in place.
    pub kept: Vec<Tensor<1>>,
}
