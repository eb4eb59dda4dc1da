//! What a layer does to its results before it writes them.

/// What is applied to the results of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Act {
    /// Nothing.
    #[default]
    None,
    /// `max(y, 0)`; NaN stays NaN.
    Relu,
}
