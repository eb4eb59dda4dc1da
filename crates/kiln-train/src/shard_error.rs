//! Why batches cannot be cut into shards, or not by several ranks.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain};

/// Why batches cannot be cut into shards, or not by several ranks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardError {
    /// A solver takes all items at once.
    #[error("a solver takes no batches, so there is nothing to cut into shards")]
    Solver,
    /// Several optimisers take their turns.
    #[error("several optimisers train on whole batches, not on shards")]
    SeveralOptimizers,
    /// A task that keeps something beside the model: each rank would keep something else.
    #[error("the task keeps a state beside the model, which would be another one on every rank")]
    KeepsState,
    /// Batch norm would learn from a shard of one item.
    #[error(
        "the batch norm {layer} sees one value a channel in a shard of one item: a batch of {items} is cut into {shards}"
    )]
    OfOne {
        /// The path of the layer.
        layer: String,
        /// Items of a batch.
        items: usize,
        /// Shards of a batch.
        shards: usize,
    },
    /// Ranks exchange numbers of one type.
    #[error("ranks exchange f32 alone, and {path} is of another type")]
    NotF32 {
        /// The path of a parameter.
        path: String,
    },
    /// A parameter has a gradient on one rank alone.
    #[error("{path} has a gradient in the shards of one rank, and none in those of another")]
    Uneven {
        /// The path of the parameter.
        path: String,
    },
}

impl Explain for ShardError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Uneven { .. } => ErrorKind::Internal,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Solver | Self::SeveralOptimizers => "leave train.shards out, and train on one rank",
            Self::KeepsState | Self::NotF32 { .. } | Self::Uneven { .. } => "train on one rank",
            Self::OfOne { items, shards, .. } => {
                let least = 2 * shards;
                let drop = if *items < *shards { "" } else { ", or fewer shards" };
                return Some(format!(
                    "set train.batch_size = {least} or more, with train.drop_last = true where the last batch is smaller{drop}"
                ));
            }
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        matches!(self, Self::Solver | Self::OfOne { .. }).then_some(Cow::Borrowed("train.shards"))
    }
}
