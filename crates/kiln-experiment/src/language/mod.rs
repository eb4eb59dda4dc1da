//! Language models of a corpus: training, and writing.

mod dry_run;
mod follow;
mod generate;
mod job;
mod sample;
mod task;
#[cfg(test)]
mod tests;
mod train;
mod written;

pub(crate) use dry_run::dry_run;
pub(crate) use follow::follow;
pub use generate::{GenerateSettings, Generation, generate};
pub use sample::Sampling;
pub(crate) use train::{resume, train};
pub use written::{Written, written};

use kiln_config::Resolved;

pub(crate) use crate::run::ALPHABET;

/// The value of `data.source` for a corpus.
pub(crate) const SOURCE: &str = "corpus";

/// Whether a configuration trains a language model.
pub(crate) fn is_language(resolved: &Resolved) -> bool {
    resolved.config.data.source == SOURCE
}
