//! What a training does with an exchange.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Exchange, RanksError};

/// The ranks of a training, seen from one of them. Clones are the same.
#[derive(Debug, Clone)]
pub struct Ranks {
    rank: usize,
    ranks: usize,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    exchange: Box<dyn Exchange>,
    traffic: Traffic,
}

/// What a rank has exchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// How often it exchanged with all others.
    pub swaps: u64,
    /// Bytes that it sent to others.
    pub sent: u64,
    /// Bytes that it was sent by others.
    pub received: u64,
}

impl Ranks {
    /// The ranks that `exchange` connects.
    pub fn new(exchange: impl Exchange + 'static) -> Self {
        let (rank, ranks) = (exchange.rank(), exchange.ranks());
        let shared = Shared { exchange: Box::new(exchange), traffic: Traffic::default() };
        Self { rank, ranks, shared: Arc::new(Mutex::new(shared)) }
    }

    /// The number of this one, from 0.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The number of ranks, at least 1.
    pub fn count(&self) -> usize {
        self.ranks
    }

    /// Whether this is rank 0, which writes, validates and shows progress.
    pub fn is_head(&self) -> bool {
        self.rank == 0
    }

    /// What this one has exchanged so far.
    pub fn traffic(&self) -> Traffic {
        self.lock().traffic
    }

    /// [`Exchange::swap`].
    ///
    /// # Errors
    /// As that.
    pub fn swap(&self, outgoing: Vec<Arc<Vec<u8>>>) -> Result<Vec<Arc<Vec<u8>>>, RanksError> {
        let others = |all: &[Arc<Vec<u8>>]| -> u64 {
            let those = all.iter().enumerate().filter(|(rank, _)| *rank != self.rank);
            those.map(|(_, bytes)| bytes.len() as u64).sum()
        };
        let mut shared = self.lock();
        let sent = others(&outgoing);
        let incoming = shared.exchange.swap(outgoing)?;
        if incoming.len() != self.ranks {
            let what = format!("{} messages of {} ranks", incoming.len(), self.ranks);
            return Err(RanksError::Garbled { rank: self.rank, what });
        }
        shared.traffic.swaps += 1;
        shared.traffic.sent += sent;
        shared.traffic.received += others(&incoming);
        Ok(incoming)
    }

    /// What every rank says, in their order.
    ///
    /// # Errors
    /// As [`Exchange::swap`], and something that cannot be read.
    pub fn gather<S: Serialize + DeserializeOwned>(&self, said: &S) -> Result<Vec<S>, RanksError> {
        let said = Arc::new(json(self.rank, said)?);
        let all = self.swap(vec![said; self.ranks])?;
        all.iter().enumerate().map(|(rank, bytes)| read(rank, bytes)).collect()
    }

    /// What rank 0 says, on all of them. The others say nothing: what they give is passed over.
    ///
    /// # Errors
    /// As [`Ranks::gather`].
    pub fn hear<S: Serialize + DeserializeOwned>(&self, said: &S) -> Result<S, RanksError> {
        read(0, &self.hear_bytes(if self.is_head() { json(0, said)? } else { Vec::new() })?)
    }

    /// As [`Ranks::hear`], of bytes.
    ///
    /// # Errors
    /// As [`Exchange::swap`].
    pub fn hear_bytes(&self, said: Vec<u8>) -> Result<Arc<Vec<u8>>, RanksError> {
        let said = Arc::new(if self.is_head() { said } else { Vec::new() });
        let all = self.swap(vec![said; self.ranks])?;
        Ok(Arc::clone(&all[0]))
    }

    /// Tells the others why this one ends.
    pub fn end(&self, reason: &str) {
        self.lock().exchange.end(reason);
    }

    // Nothing is left half done by a panic but a connection, and the next swap finds that.
    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn json<S: Serialize>(rank: usize, said: &S) -> Result<Vec<u8>, RanksError> {
    serde_json::to_vec(said).map_err(|error| RanksError::Garbled { rank, what: error.to_string() })
}

fn read<S: DeserializeOwned>(rank: usize, bytes: &[u8]) -> Result<S, RanksError> {
    serde_json::from_slice(bytes).map_err(|error| RanksError::Garbled { rank, what: error.to_string() })
}
