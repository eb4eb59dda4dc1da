//! Batches that are cut into shards: which of them are this rank's, what comes of one, and what ranks tell each other of them.

mod leaf;
mod running;
mod share;
mod told;

pub(crate) use leaf::Leaf;
pub(crate) use running::{running, set_running};
pub(crate) use share::Shards;
pub(crate) use told::{Seen, Told};
