//! Tensors of another shape.

/// Names that a message shows.
pub(super) const SHOWN: usize = 8;

/// A tensor that has one shape in the weights and another one in the module.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// Path of the tensor in the module.
    pub name: String,
    /// Shape in the weights, in Burn's layout.
    pub found: Vec<usize>,
    /// Shape in the module.
    pub expected: Vec<usize>,
}
