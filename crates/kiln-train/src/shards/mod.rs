//! Batches that are cut into shards: which of them are this rank's, what comes of one, and what ranks tell each other of them.

mod at_once;
mod found;
mod leaf;
mod passes;
mod running;
mod share;
mod told;

pub(crate) use at_once::All;
pub(crate) use found::Found;
pub(crate) use leaf::Leaf;
pub(crate) use passes::{Passed, PassesAtOnce, Piece, passes_at_once};
pub(crate) use running::{running, set_running};
pub(crate) use share::Shards;
pub(crate) use told::{Seen, Told};
