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
    /// What was sent, until it has left, and its memory can be filled again: new memory costs more than what is written into it.
    sent: Vec<Arc<Vec<u8>>>,
}

/// How many pieces of memory are kept for each rank.
const KEPT: usize = 2;
/// Bytes whose memory is worth it.
const LARGE: usize = 1 << 16;

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
        let shared = Shared { exchange: Box::new(exchange), traffic: Traffic::default(), sent: Vec::new() };
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
        for bytes in outgoing.iter().filter(|bytes| bytes.capacity() >= LARGE) {
            if !shared.sent.iter().any(|kept| Arc::ptr_eq(kept, bytes)) {
                shared.sent.push(Arc::clone(bytes));
            }
        }
        let too_many = shared.sent.len().saturating_sub(KEPT * self.ranks);
        shared.sent.drain(..too_many);
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

    /// Bytes that `fill` writes, in memory of bytes that have been sent where there is some.
    pub(crate) fn filled(&self, fill: impl FnOnce(&mut Vec<u8>)) -> Arc<Vec<u8>> {
        let mut shared = self.lock();
        let free = shared.sent.iter_mut().position(|bytes| Arc::get_mut(bytes).is_some());
        let mut bytes = free.map_or_else(Arc::default, |free| shared.sent.swap_remove(free));
        drop(shared);
        if let Some(bytes) = Arc::get_mut(&mut bytes) {
            bytes.clear();
            fill(bytes);
        }
        bytes
    }

    /// Gives the memory of what came back.
    pub(crate) fn reuse(&self, incoming: Vec<Arc<Vec<u8>>>) {
        let mut shared = self.lock();
        incoming.into_iter().filter_map(Arc::into_inner).for_each(|bytes| shared.exchange.reuse(bytes));
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
