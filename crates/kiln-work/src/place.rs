//! Which store a study or a cross-validation has: `work/place.json` in its folder.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kiln_core::file;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::folder::{FolderStore, make_once};
use crate::names;
use crate::store::Store;

/// The folder, in that of a study, of what its workers share.
pub const WORK: &str = "work";
/// How long a worker may be silent, unless it is said otherwise: longer than NFS shows old files.
pub const LEASE: Duration = Duration::from_secs(90);

const PLACE: &str = "place.json";
/// What the folder itself is called as a store.
const FOLDER: &str = "folder";
/// A shorter lease would run out under the load of a busy machine.
const LEAST: Duration = Duration::from_millis(500);

/// Which store a study or a cross-validation has: `work/place.json` in its folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Place {
    /// The version of the format: 1.
    pub v: u32,
    /// `folder`, or the address of a database, without a password.
    pub store: String,
    /// What the study is called in a database.
    pub name: String,
    /// How long a worker may be silent, in seconds.
    pub lease_seconds: f64,
}

impl Place {
    /// The store that is asked for: `folder`, `postgres://USER@HOST:PORT/DATABASE`, or nothing: the folder. `lease`: default [`LEASE`].
    ///
    /// # Errors
    /// [`StoreError::Place`], also for an address with a password, which would be written down; [`StoreError::Lease`] for one shorter than
    /// half a second; [`StoreError::NoPostgres`].
    pub fn new(store: Option<&str>, lease: Option<Duration>) -> Result<Self, StoreError> {
        let store = store.unwrap_or(FOLDER);
        let lease = lease.unwrap_or(LEASE);
        if lease < LEAST {
            let [seconds, least] = [lease, LEAST].map(|time| time.as_secs_f64());
            return Err(StoreError::Lease { seconds, least });
        }
        if store != FOLDER {
            check(store)?;
        }
        let name = names::worker();
        Ok(Self { v: 1, store: store.to_owned(), name, lease_seconds: lease.as_secs_f64() })
    }

    /// Writes it into the folder of a study, unless there is one already. Gives the one that is there: the first stands.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    pub fn settle(self, study: &Path) -> Result<Self, StoreError> {
        let folder = study.join(WORK);
        file::make_below(study, Path::new(WORK)).map_err(StoreError::io("make", &folder))?;
        // Texts and numbers: nothing that JSON refuses.
        let mut bytes = serde_json::to_vec_pretty(&self).unwrap_or_default();
        bytes.push(b'\n');
        make_once(&folder.join(PLACE), &bytes)?;
        Ok(Self::read(study)?.unwrap_or(self))
    }

    /// The one in the folder of a study. `None` where there is none: nobody shares it.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Damaged`].
    pub fn read(study: &Path) -> Result<Option<Self>, StoreError> {
        let path = study.join(WORK).join(PLACE);
        let bytes = match file::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", &path)(error)),
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed.map(Some).map_err(|error| StoreError::Damaged { path, reason: error.to_string() })
    }

    /// Opens the store of the study in `study`.
    ///
    /// # Errors
    /// What the system or the database says.
    pub fn open(&self, study: &Path) -> Result<Arc<dyn Store>, StoreError> {
        let lease = Duration::try_from_secs_f64(self.lease_seconds).unwrap_or(LEASE).max(LEAST);
        if self.store == FOLDER {
            return Ok(Arc::new(FolderStore::open(&study.join(WORK), lease)?));
        }
        check(&self.store)?;
        database(&self.store, &self.name, lease)
    }

    /// Whether the folder itself is the store.
    pub fn is_folder(&self) -> bool {
        self.store == FOLDER
    }
}

/// Whether a text can be the address of a database.
fn check(address: &str) -> Result<(), StoreError> {
    let rest = address.strip_prefix("postgres://").or_else(|| address.strip_prefix("postgresql://"));
    let user = rest.and_then(|rest| rest.split(['/', '?']).next()?.rsplit_once('@')).map(|(user, _)| user);
    if user.is_some_and(|user| user.contains(':')) || address.contains("password=") {
        // Not the text itself: the password would be shown.
        return Err(StoreError::Place { text: "an address with a password".to_owned() });
    }
    if rest.is_none() {
        return Err(StoreError::Place { text: address.to_owned() });
    }
    if cfg!(feature = "postgres") {
        Ok(())
    } else {
        Err(StoreError::NoPostgres { place: address.to_owned() })
    }
}

#[cfg(feature = "postgres")]
fn database(address: &str, name: &str, lease: Duration) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(crate::postgres::PostgresStore::open(address, name, lease)?))
}

#[cfg(not(feature = "postgres"))]
fn database(address: &str, _: &str, _: Duration) -> Result<Arc<dyn Store>, StoreError> {
    Err(StoreError::NoPostgres { place: address.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_stands_and_a_password_is_never_written() {
        let study = tempfile::tempdir().unwrap();
        assert_eq!(Place::read(study.path()).unwrap(), None);
        let first = Place::new(None, Some(Duration::from_secs(5))).unwrap();
        assert_eq!(first.clone().settle(study.path()).unwrap(), first);
        let second = Place::new(None, None).unwrap().settle(study.path()).unwrap();
        assert_eq!(second, first);
        assert!(second.is_folder() && second.open(study.path()).is_ok());
        for wrong in
            ["mysql://host/db", "sqlite.db", "postgres://me:secret@host/db", "postgres://h/d?password=secret"]
        {
            let error = Place::new(Some(wrong), None).unwrap_err();
            assert!(matches!(error, StoreError::Place { .. }), "{error}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(matches!(Place::new(None, Some(Duration::ZERO)), Err(StoreError::Lease { .. })));
        let database = Place::new(Some("postgres://me@host:5432/db"), None);
        assert_eq!(database.is_ok(), cfg!(feature = "postgres"));
    }
}
