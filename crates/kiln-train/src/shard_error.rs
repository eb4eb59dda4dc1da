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
    /// Batch norm over all shards computes them in several threads, which all look at the task.
    #[error("batch norm over all shards wants a task that several threads may look at")]
    OneThread,
    /// Batch norm over all shards is there on one device.
    #[error("batch norm goes by all shards on flex alone, and this training is on {device}")]
    SyncDevice {
        /// The device.
        device: String,
    },
    /// Sharpness-aware minimisation climbs in each shard by itself.
    #[error(
        "sharpness-aware minimisation gives every shard weights of its own, so that batch norm cannot go by all of them"
    )]
    SyncSam,
    /// A layer goes by its own shard all the same.
    #[error("the batch norm {layer} goes by each shard by itself: it is not one of kiln's")]
    NotSynchronised {
        /// The path of the layer.
        layer: String,
    },
    /// The shards of a batch go through other layers.
    #[error("the shards of a batch do not all go through the same layers of batch norm")]
    UnevenNorms,
    /// A setting that has no place in rounds of local steps.
    #[error("{setting} has no place in rounds of {local_steps} local steps")]
    NotLocal {
        /// The setting.
        setting: &'static str,
        /// `train.local_steps`.
        local_steps: usize,
    },
    /// A step that f16 skips would be lost in what compression leaves for the next one.
    #[error("compression does not go with f16, which skips steps whose gradients are not finite")]
    CompressedF16,
    /// Compression needs to know what a batch counts before it is computed.
    #[error("compression goes by the number of items, and these have weights")]
    CompressedWeights,
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
            Self::Uneven { .. } | Self::UnevenNorms => ErrorKind::Internal,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Solver | Self::SeveralOptimizers => "leave train.shards out, and train on one rank",
            Self::NotLocal { setting: "checkpoint.every_steps", local_steps } => {
                return Some(format!(
                    "set it to a multiple of {local_steps}: there are checkpoints between rounds alone"
                ));
            }
            Self::NotLocal { .. } => "leave it out, or train.local_steps",
            Self::CompressedF16 => "use train.precision = \"bf16\", or leave train.compression out",
            Self::CompressedWeights => "leave train.compression out",
            Self::OneThread => {
                "call Trainer::sync_batch_norm, which says that it is; or leave train.sync_batch_norm out"
            }
            Self::SyncDevice { .. } | Self::SyncSam | Self::NotSynchronised { .. } | Self::UnevenNorms => {
                "leave train.sync_batch_norm out: each shard is normalised by itself then"
            }
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
        match self {
            Self::Solver | Self::OfOne { .. } => Some(Cow::Borrowed("train.shards")),
            Self::OneThread | Self::SyncDevice { .. } | Self::SyncSam | Self::NotSynchronised { .. } => {
                Some(Cow::Borrowed("train.sync_batch_norm"))
            }
            Self::CompressedF16 | Self::CompressedWeights => Some(Cow::Borrowed("train.compression")),
            Self::NotLocal { .. } => Some(Cow::Borrowed("train.local_steps")),
            _ => None,
        }
    }
}
