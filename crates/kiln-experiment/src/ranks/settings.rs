//! The ranks of a training, and which of them this process is.

use std::ffi::OsString;
use std::path::PathBuf;

use kiln_ranks::RanksError;

/// The ranks of a training, and which of them this process is.
#[derive(Debug, Clone)]
pub struct RankSettings {
    /// How many there are, at least 1.
    pub ranks: usize,
    /// Which of them this process is.
    pub place: Place,
}

/// Which rank a process is.
#[derive(Debug, Clone)]
pub enum Place {
    /// Rank 0, which starts the others on this machine, each on so many threads.
    Here {
        /// The program, which is `kiln`, or takes its arguments.
        program: PathBuf,
        /// Flags that each gets.
        flags: Vec<OsString>,
        /// Threads of each.
        threads: usize,
    },
    /// One of those that are started by others.
    Member {
        /// Its number, from 0.
        rank: usize,
        /// Where rank 0 is.
        head: HeadPlace,
    },
}

/// Where rank 0 is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadPlace {
    /// At `HOST:PORT`, where rank 0 listens and the others go.
    Address(String),
    /// In a file, into which rank 0 writes its address, and where the others look for it.
    File(PathBuf),
}

impl RankSettings {
    /// The number of this rank.
    pub fn rank(&self) -> usize {
        match self.place {
            Place::Here { .. } => 0,
            Place::Member { rank, .. } => rank,
        }
    }

    /// Whether there is a shard for each.
    ///
    /// # Errors
    /// [`RanksError::TooFewShards`].
    pub fn fits(&self, shards: usize) -> Result<(), RanksError> {
        let ranks = self.ranks;
        if ranks <= shards { Ok(()) } else { Err(RanksError::TooFewShards { ranks, shards }) }
    }

    /// Whether the numbers are possible.
    ///
    /// # Errors
    /// [`RanksError::NoSuchRank`].
    pub fn check(&self) -> Result<(), RanksError> {
        let (rank, ranks) = (self.rank(), self.ranks);
        if rank < ranks { Ok(()) } else { Err(RanksError::NoSuchRank { rank, ranks }) }
    }
}
