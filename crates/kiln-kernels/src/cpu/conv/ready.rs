//! Weights that were brought into the order of an algorithm before.

use super::pack::Packed;
use crate::cpu::scratch::Scratch;

/// A weight, `[k, c / groups, r, s]`, and what was made of it before, if anything was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight<'a> {
    pub(super) raw: &'a [f32],
    pub(super) ready: Option<&'a Ready>,
}

impl<'a> Weight<'a> {
    /// One of which nothing was made.
    pub(super) fn raw(raw: &'a [f32]) -> Self {
        Self { raw, ready: None }
    }
}

/// What an algorithm makes of a weight.
#[derive(Debug)]
pub(super) enum Ready {
    /// `[block][input channel][column of the block]`, for 1×1 kernels.
    Panels(Scratch),
    /// Winograd's `[block][frequency][input channel][column of the block]`.
    Frequencies(Scratch),
    /// The order of the direct algorithms.
    Packed(Packed),
}
