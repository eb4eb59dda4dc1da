//! What a store can do.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::error::StoreError;

/// That a worker has a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The unit.
    pub unit: u64,
    /// How often the unit was taken, this time included.
    pub generation: u64,
    /// What tells this lease from all others, of all times and machines.
    pub token: String,
}

/// Who has which unit of work, and what came of it. Workers on any number of machines share one.
///
/// Every method may be called at any time from any of them, and does what it does as a whole or not at all.
pub trait Store: fmt::Debug + Send + Sync {
    /// The results of units from `first` on, without those of the units in `known`, by unit.
    ///
    /// # Errors
    /// What the system or the database says.
    fn results(&self, first: u64, known: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// Takes the first of these units that has no result and that nobody has, or whose worker is lost. `None` when there is none now.
    ///
    /// Call it again while there is none: a lost worker is found by watching.
    ///
    /// # Errors
    /// What the system or the database says.
    fn take(&self, units: Range<u64>) -> Result<Option<Lease>, StoreError>;

    /// Says that the worker is still there. Gives whether it still has the unit: where another has taken it, or it has a result, it should
    /// stop.
    ///
    /// # Errors
    /// What the system or the database says.
    fn renew(&self, lease: &Lease) -> Result<bool, StoreError>;

    /// Gives a unit back, so that another takes it at once.
    ///
    /// # Errors
    /// What the system or the database says.
    fn give_back(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Puts down the result of a unit, unless it has one. Gives whether the result is that of `token`: it may be called again where an answer
    /// was lost.
    ///
    /// # Errors
    /// What the system or the database says.
    fn finish(&self, unit: u64, token: &str, result: &[u8]) -> Result<bool, StoreError>;

    /// How long a worker may be silent before its units are taken.
    fn lease_time(&self) -> Duration;
}
