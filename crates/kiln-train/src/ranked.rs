//! A trainer that is one of several ranks.

use kiln_ranks::Ranks;

use crate::shards::passes_at_once;
use crate::{Task, Trainer};

impl<T: Task> Trainer<T> {
    /// Trains together with other ranks, which have the same trainer, first weights and data, and share the
    /// [shards](crate::TrainConfig::shards) of each batch. All of them come to the same weights, the same bits on flex and ndarray for any number of
    /// ranks.
    ///
    /// Rank 0 validates, calls callbacks and writes files. What others have of run folders and callbacks is passed over, and the
    /// checkpoint that they go on from is that of rank 0. A rank that is not like rank 0 is refused before the first step. Where one
    /// is lost the others are interrupted, and rank 0 saves how it stands behind the last whole step:
    /// [`Outcome::lost`](crate::Outcome::lost). Default: one rank.
    pub fn ranks(mut self, ranks: Ranks) -> Self {
        self.ranks = Some(ranks).filter(|ranks| ranks.count() > 1);
        self
    }

    /// Takes away what rank 0 alone has.
    pub(crate) fn keep_to_head(&mut self) {
        if self.ranks.as_ref().is_some_and(|ranks| !ranks.is_head()) {
            (self.store, self.log) = (None, None);
            self.callbacks.clear();
        }
    }
}

impl<T: Task + Sync> Trainer<T> {
    /// Batch norm goes by the items of all shards: sets [`TrainConfig::sync_batch_norm`](crate::TrainConfig::sync_batch_norm). The shards of a rank run
    /// in threads, one of which computes at a time, so that the task is looked at by several.
    pub fn sync_batch_norm(mut self) -> Self {
        self.config.sync_batch_norm = true;
        self.share_task();
        self
    }

    /// Lets several threads look at the task, where a setting wants it.
    pub fn share_task(&mut self) {
        self.passes_at_once = Some(passes_at_once::<T>);
    }
}
