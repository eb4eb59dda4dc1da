//! What can go wrong between ranks.

use std::io;

use kiln_core::{ErrorKind, Explain};

/// What can go wrong between ranks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RanksError {
    /// The connection to a rank has ended.
    #[error("rank {rank} has gone")]
    Gone {
        /// Its number, from 0.
        rank: usize,
    },
    /// Nothing has been heard of a rank.
    #[error("nothing has been heard of rank {rank} for {seconds} seconds")]
    Silent {
        /// Its number, from 0.
        rank: usize,
        /// For how long.
        seconds: u64,
    },
    /// A rank has said why it ends.
    #[error("rank {rank} has ended: {reason}")]
    Ended {
        /// Its number, from 0.
        rank: usize,
        /// What it said.
        reason: String,
    },
    /// A rank sent what makes no sense, or too little of it.
    #[error("rank {rank} sent something else than was expected: {what}")]
    Garbled {
        /// Its number, from 0.
        rank: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A rank has another program, other settings, other data or other weights.
    #[error("rank {rank} is not like rank 0: {difference}")]
    Unlike {
        /// Its number, from 0.
        rank: usize,
        /// What is not the same.
        difference: String,
    },
    /// Rank 0 did not take this one.
    #[error("rank 0 does not take rank {rank}: {reason}")]
    Refused {
        /// The number of this rank.
        rank: usize,
        /// What it said.
        reason: String,
    },
    /// Not all ranks came.
    #[error("{} come within {seconds} seconds", nobody(missing))]
    Missing {
        /// Those that did not.
        missing: Vec<usize>,
        /// How long they were waited for.
        seconds: u64,
    },
    /// A process that was started for a rank has ended before it came.
    #[error("the process of rank {rank} {how} before it came")]
    NeverCame {
        /// Its number, from 0.
        rank: usize,
        /// How it ended.
        how: String,
    },
    /// Somebody asked to stop while ranks were waited for.
    #[error("stopped while ranks were waited for")]
    Stopped,
    /// A number of ranks, or that of one, that cannot be.
    #[error("there is no rank {rank} of {ranks}")]
    NoSuchRank {
        /// The number of the rank.
        rank: usize,
        /// The number of ranks.
        ranks: usize,
    },
    /// More ranks than shards.
    #[error("{ranks} ranks have only {shards} shards to share")]
    TooFewShards {
        /// The number of ranks.
        ranks: usize,
        /// The number of shards.
        shards: usize,
    },
    /// The operating system refused.
    #[error("cannot {action} {place}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// An address.
        place: String,
        /// What it said.
        source: io::Error,
    },
}

/// Who did not come.
fn nobody(missing: &[usize]) -> String {
    match missing {
        [one] => format!("rank {one} has not"),
        many => {
            let many: Vec<String> = many.iter().map(usize::to_string).collect();
            format!("of the ranks {} none has", many.join(", "))
        }
    }
}

impl RanksError {
    /// Whether a rank is lost: nothing is wrong here, and a run that is saved goes on later.
    pub fn is_loss(&self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Silent { .. } | Self::Ended { .. })
    }

    pub(crate) fn io(action: &'static str, place: impl ToString, source: io::Error) -> Self {
        Self::Io { action, place: place.to_string(), source }
    }
}

impl Explain for RanksError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unlike { .. }
            | Self::Refused { .. }
            | Self::NoSuchRank { .. }
            | Self::TooFewShards { .. } => ErrorKind::Usage,
            _ => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Gone { .. } | Self::Silent { .. } | Self::Ended { .. } => {
                "what was done is kept: `kiln resume RUN` goes on, with any number of ranks"
            }
            Self::Garbled { .. } => "are all ranks the same build of kiln?",
            Self::Unlike { .. } => {
                "give every rank the same build of kiln, the same configuration and the same data"
            }
            Self::Refused { .. } | Self::NeverCame { .. } | Self::Stopped => return None,
            Self::Missing { .. } => "start them with --rank I --ranks N --head HOST:PORT",
            Self::NoSuchRank { .. } => "ranks are counted from 0",
            Self::TooFewShards { ranks, .. } => {
                return Some(format!("set train.shards = {ranks} or a multiple of it, or take fewer ranks"));
            }
            Self::Io { action: "listen at", .. } => "is the port free, and the address one of this machine?",
            Self::Io { .. } => "is rank 0 running there, and does a firewall let it be reached?",
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<std::borrow::Cow<'_, str>> {
        matches!(self, Self::TooFewShards { .. }).then_some("train.shards".into())
    }
}
