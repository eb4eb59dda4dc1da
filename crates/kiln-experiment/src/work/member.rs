//! One worker: takes a unit, does it, and puts down what came of it, until nothing is left.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use kiln_core::{ErrorKind, Explain};
use kiln_work::{Held, Patience, Store};
use rayon::ThreadPool;

use super::units::Units;
use super::until::Until;
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;

/// The first pause of a worker that finds nothing to do; each is half as long again as the one before.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(2);

/// How the work of one worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkEnd {
    /// Nothing is left to do, for anybody.
    Done,
    /// It was asked to stop.
    Stopped,
}

/// One worker.
pub(crate) struct Member {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) until: Until,
    pub(crate) patience: Patience,
    /// What units compute in.
    pub(crate) pool: ThreadPool,
}

impl Member {
    /// Works until nothing is left.
    ///
    /// # Errors
    /// What keeps a unit from its end that is not the unit's own; the unit is given back.
    pub(crate) fn work<U: Units + Send>(&self, units: &mut U) -> Result<WorkEnd, ExperimentError> {
        let mut pause = PAUSE;
        loop {
            units.catch_up(&*self.store, &self.patience, &self.until)?;
            let open = units.open();
            if open.is_empty() {
                return Ok(WorkEnd::Done);
            }
            if self.until.is_over() {
                return Ok(WorkEnd::Stopped);
            }
            let lease = self.ask(|store| store.take(open.clone()))?;
            let Some(lease) = lease else {
                thread::sleep(pause.min(self.store.lease_time() / 4));
                pause = (pause * 3 / 2).min(LONGEST);
                continue;
            };
            pause = PAUSE;
            // That of this unit alone: it stops when another has it, and the next one does not.
            let own = Interrupt::default();
            let (whole, stop) = (self.until.clone(), own.clone());
            let held =
                Held::new(Arc::clone(&self.store), lease, move || whole.is_over(), move || stop.stop());
            let unit = held.unit();
            match self.pool.install(|| units.run(unit, &own)) {
                Ok(Some(result)) => {
                    self.patience.ask(|| false, || held.finish(&result))?;
                }
                Ok(None) => {}
                // Its folder is held by a worker that has lost it and has not noticed yet.
                Err(error) if error.kind() == ErrorKind::Busy => {
                    drop(held);
                    thread::sleep(LONGEST.min(self.store.lease_time() / 4));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn ask<T>(
        &self,
        store: impl Fn(&dyn Store) -> Result<T, kiln_work::StoreError>,
    ) -> Result<T, ExperimentError> {
        Ok(self.patience.ask(|| self.until.is_over(), || store(&*self.store))?)
    }
}
