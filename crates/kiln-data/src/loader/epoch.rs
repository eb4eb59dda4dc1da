//! One pass over a source.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::plan::EpochPlan;
use super::prefetch::Prefetch;
use crate::DataError;

/// A batch and its place in the epoch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Minibatch<B> {
    /// What the source made.
    pub data: B,
    /// Number of items in it.
    pub items: usize,
    /// Which batch of the epoch it is, or is a part of, from 0.
    pub index: usize,
    /// Which shard of its batch it is, from 0; 0 where batches are whole.
    pub shard: usize,
}

/// The batches of an epoch, from [`Loader::epoch`](super::Loader::epoch). After an error it ends. Dropping it
/// waits for the batches that are being made.
pub struct Epoch<B> {
    plan: Arc<EpochPlan<B>>,
    next: usize,
    /// `None` where batches are made when they are asked for.
    prefetch: Option<Prefetch<B>>,
    /// Threads that are to be started when batches prove slow.
    waiting: usize,
    /// Slow batches one after another.
    slow: usize,
}

/// What a batch that is made in a thread of its own costs in handing it over, twice over.
const HAND_OVER: Duration = Duration::from_micros(40);

/// So many slow batches one after another are no accident.
const SLOW: usize = 2;

impl<B: Send + 'static> Epoch<B> {
    pub(super) fn new(plan: EpochPlan<B>, first: usize, threads: usize, always: bool) -> Self {
        let (first, plan) = (plan.first_of(first), Arc::new(plan));
        let prefetch = if always { Prefetch::start(&plan, first, threads) } else { None };
        Self { plan, next: first, prefetch, waiting: if always { 0 } else { threads }, slow: 0 }
    }

    /// Makes a batch, and sees whether the next ones are worth threads.
    fn make(&mut self, index: usize) -> Result<B, DataError> {
        let began = Instant::now();
        let made = self.plan.make(index);
        self.slow = if began.elapsed() > HAND_OVER { self.slow + 1 } else { 0 };
        if self.waiting > 0 && self.slow == SLOW {
            self.prefetch = Prefetch::start(&self.plan, index + 1, self.waiting);
        }
        made
    }
}

impl<B: Send + 'static> Iterator for Epoch<B> {
    type Item = Result<Minibatch<B>, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.next;
        if index >= self.plan.pieces() {
            return None;
        }
        let made = match &self.prefetch {
            Some(prefetch) => prefetch.take(),
            None => self.make(index),
        };
        match made {
            Ok(data) => {
                self.next += 1;
                let (items, piece) = (self.plan.items(index).len(), self.plan.piece(index));
                Some(Ok(Minibatch { data, items, index: piece.batch, shard: piece.shard }))
            }
            Err(error) => {
                self.next = self.plan.pieces();
                self.prefetch = None;
                Some(Err(error))
            }
        }
    }
}

impl<B> fmt::Debug for Epoch<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Epoch")
            .field("source", &self.plan.source)
            .field("next", &self.next)
            .field("batches", &self.plan.batches)
            .finish_non_exhaustive()
    }
}
