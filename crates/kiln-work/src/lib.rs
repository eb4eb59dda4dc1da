//! Who has which unit of work, among workers on any number of machines, and what came of it.
//!
//! A unit is a number: a trial of a search, a fold of a cross-validation. Workers share a [`Store`]. Each takes a unit that nobody has,
//! holds it by a lease that it renews while it is at work ([`Held`]), and puts down what came of it. The first result of a unit stands.
//! The lease of a worker that is lost runs out, and another takes the unit.
//!
//! - [`FolderStore`]: files in a folder that all workers see, also over NFS.
//! - `PostgresStore`: rows in a PostgreSQL database, with the feature `postgres`.
//!
//! # What holds, and why
//!
//! 1. **Nothing is lost.** A unit without a result is free, or has a lease. A lease that is not renewed runs out.
//! 2. **No result twice.** A result is made by one operation that fails where there is one already: a hard link to a file that is whole, or an
//!    update of a row that has none.
//! 3. **A unit has one worker at a time, unless one is so slow that its lease has run out.** A worker that notices stops. One that does
//!    not may come to a result of its own, which does not count.
//! 4. **No two clocks are compared.** A folder's lease has a counter. Whoever waits for a unit sees by its own clock whether the counter
//!    moves. A database judges by its own clock alone.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use kiln_work::{FolderStore, Held, Store};
//!
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! let store: Arc<dyn Store> = Arc::new(FolderStore::open(folder.path(), Duration::from_secs(60))?);
//! let lease = store.take(0..3)?.expect("all are free");
//! assert_eq!(lease.unit, 0);
//! let held = Held::new(Arc::clone(&store), lease, || false, || ());
//! assert_eq!(store.take(0..1)?, None);
//! assert!(held.finish(b"42")?);
//! assert_eq!(store.results(0, &[])?, [(0, b"42".to_vec())]);
//! # Ok::<(), kiln_work::StoreError>(())
//! ```

mod error;
mod folder;
mod held;
mod names;
mod patience;
mod place;
#[cfg(feature = "postgres")]
mod postgres;
mod store;

pub use error::StoreError;
pub use folder::FolderStore;
pub use held::Held;
pub use patience::Patience;
pub use place::{LEASE, Place, WORK};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use store::{Lease, Store};
