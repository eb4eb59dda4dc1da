//! How far a trial is, and how the others did.

use kiln_core::{Direction, Seed};

use super::super::trial::Trial;

/// What a pruner may look at.
pub(crate) struct Progress<'a> {
    pub(crate) direction: Direction,
    pub(crate) seed: Seed,
    /// The trial in question.
    pub(crate) number: u64,
    /// What it reported so far; the last one is new.
    pub(crate) reports: &'a [(u64, f64)],
    /// The trials whose results it may see.
    pub(crate) seen: &'a [Trial],
}
