//! What a table is made of.

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: FieldKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// Whole numbers of 64 bits.
    Whole,
    /// Texts.
    Text,
    /// Numbers of 64 bits.
    Number,
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Whole(u64),
    Text(&'a str),
    Number(f64),
}
