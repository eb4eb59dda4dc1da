//! Ids that mean the same whatever the tokens are.

/// The id of every token that is not known.
pub(crate) const UNKNOWN: u32 = 1;
/// The id of the first known token.
pub(crate) const FIRST: u32 = 2;
