//! What is worked on, one unit after the other or many at once.

use std::ops::Range;

use kiln_work::{Patience, Store};

use super::until::Until;
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;

/// What is worked on: the trials of a search, the folds of a cross-validation.
pub(crate) trait Units {
    /// The units that may run now. Some of them may be done. Empty when nothing is left.
    fn open(&self) -> Range<u64>;

    /// Those from `first` on that are done.
    fn done(&self, first: u64) -> Vec<u64>;

    /// Takes the result of a unit that is not known to be done.
    fn learn(&mut self, unit: u64, result: &[u8]) -> Result<(), ExperimentError>;

    /// Does a unit of [`Units::open`]. `None` when it was asked to stop.
    fn run(&mut self, unit: u64, interrupt: &Interrupt) -> Result<Option<Vec<u8>>, ExperimentError>;

    /// Takes what others have done. Gives how many units that are.
    fn catch_up(
        &mut self,
        store: &dyn Store,
        patience: &Patience,
        until: &Until,
    ) -> Result<usize, ExperimentError> {
        let first = self.open().start;
        let known = self.done(first);
        let found = patience.ask(|| until.is_over(), || store.results(first, &known))?;
        for (unit, result) in &found {
            self.learn(*unit, result)?;
        }
        Ok(found.len())
    }
}

/// Puts results into a store that were there before it.
pub(crate) fn adopt(
    store: &dyn Store,
    results: impl IntoIterator<Item = (u64, Vec<u8>)>,
) -> Result<(), ExperimentError> {
    let there: Vec<u64> = store.results(0, &[])?.into_iter().map(|(unit, _)| unit).collect();
    for (unit, result) in results {
        if there.binary_search(&unit).is_err() {
            store.finish(unit, "earlier", &result)?;
        }
    }
    Ok(())
}
