//! What a table is made of.

use std::borrow::Cow;

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
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Whole(u64),
    Text(Cow<'a, str>),
    Number(f64),
}
