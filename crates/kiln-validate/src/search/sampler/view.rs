//! What is known when a trial is chosen.

use kiln_core::{Direction, Seed};

use super::super::space::{Assignment, Space};
use super::super::trial::Trial;

/// What a sampler may look at.
pub(crate) struct View<'a> {
    pub(crate) space: &'a Space,
    pub(crate) direction: Direction,
    pub(crate) seed: Seed,
    /// The trial to choose for, from 0.
    pub(crate) number: u64,
    /// The trials whose results it may see, by number.
    pub(crate) seen: &'a [&'a Trial],
    /// The values of the trials between those and this one, which may still be running.
    pub(crate) running: &'a [Assignment],
}
