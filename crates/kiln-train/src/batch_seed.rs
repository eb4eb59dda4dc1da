//! The seeds of one batch: dropout masks and everything else random in its pass are a function of the run's seed and of
//! the batch's number, so that a resumed run draws what an uninterrupted one draws.

use kiln_core::{Purpose, Seed};

/// The seeds of one batch of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchSeed {
    /// The seed of the run.
    pub(crate) run: Seed,
    /// Batches of the run before this one.
    pub(crate) batch: u64,
    /// Which shard of the batch it is about, where batches are cut.
    pub(crate) shard: Option<u64>,
}

impl BatchSeed {
    /// The seed of dropout masks and other noise inside the model.
    pub(crate) fn masks(self) -> Seed {
        self.of(Purpose::Noise)
    }

    /// The seed of Burn's own generator, for modules that draw from it.
    pub(crate) fn backend(self) -> u64 {
        self.of(Purpose::Backend).value()
    }

    fn of(self, purpose: Purpose) -> Seed {
        let batch = self.run.purpose(purpose).at(self.batch);
        self.shard.map_or(batch, |shard| batch.at(shard))
    }
}
