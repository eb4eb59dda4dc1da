//! What settings follow from.

/// What settings follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataSize {
    /// Items that train.
    pub items: usize,
    /// Items of the validation part.
    pub validation: usize,
    /// `[channels, height, width]`, where items are images.
    pub image: Option<[usize; 3]>,
    /// Whether the target is one of several classes.
    pub classes: bool,
    /// Columns of numbers of a table, after preprocessing.
    pub numbers: usize,
}
