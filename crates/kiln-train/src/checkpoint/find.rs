//! The checkpoints that are there: which is the newest, which the best, and which are whole.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::file::PathKind;

use super::CheckpointStore;
use super::manifest::Manifest;
use super::read::{Checkpoint, SavedWeights, load, load_weights, state};
use super::store::step_of;
use crate::TrainError;

/// What [`CheckpointStore::verify`] found in one folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verified {
    /// The folder.
    pub path: PathBuf,
    /// The manifest, or what is wrong.
    pub result: Result<Manifest, TrainError>,
}

impl CheckpointStore {
    /// Folders of all checkpoints, oldest first, whole or not.
    ///
    /// # Errors
    /// [`TrainError::Io`] when the folder cannot be listed; a folder that does not exist holds none.
    pub fn list(&self) -> Result<Vec<PathBuf>, TrainError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(TrainError::io("list", &self.folder, error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|e| TrainError::io("list", &self.folder, e))?;
            if let Some(step) = step_of(&entry.path()) {
                found.push((step, entry.path()));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }

    /// Refuses a folder with checkpoints: a new run starts in an empty one.
    pub(crate) fn must_be_empty(&self) -> Result<(), TrainError> {
        if self.list()?.is_empty() { Ok(()) } else { Err(TrainError::NotEmpty { path: self.folder.clone() }) }
    }

    /// Checks length and hash of every file of every checkpoint, oldest first.
    ///
    /// # Errors
    /// [`TrainError::Io`] when the folder cannot be listed; damage is in the result of its checkpoint.
    pub fn verify(&self) -> Result<Vec<Verified>, TrainError> {
        let check = |path: PathBuf| {
            let result = load(&path).map(|(manifest, _)| manifest);
            // A run that is going on may have deleted it in the meantime.
            let gone = result.is_err() && matches!(PathKind::of(&path), Ok(PathKind::Missing));
            (!gone).then_some(Verified { path, result })
        };
        Ok(self.list()?.into_iter().filter_map(check).collect())
    }

    /// The newest checkpoint that is whole, and the damaged ones that are newer.
    ///
    /// # Errors
    /// [`TrainError::Io`] when the folder cannot be listed, or a file of a checkpoint cannot be read that may be whole; when there
    /// are checkpoints and none is whole, the damage of the newest.
    pub fn newest(&self) -> Result<(Option<Checkpoint>, Vec<TrainError>), TrainError> {
        self.newest_of(|path| load(path).map(|(_, checkpoint)| checkpoint))
    }

    /// The newest weights that are whole, with what is needed to predict with them, and what is wrong with newer ones. The state
    /// of the optimiser does not count.
    ///
    /// # Errors
    /// As [`CheckpointStore::newest`].
    pub fn last_weights(&self) -> Result<(Option<SavedWeights>, Vec<TrainError>), TrainError> {
        self.newest_of(load_weights)
    }

    /// The best weights of the run, with what is needed to predict with them, and what is wrong with checkpoints that may know
    /// of better ones. Only what is needed must be whole: of the newest checkpoint the record of which one is the best, and of that
    /// one the weights.
    ///
    /// # Errors
    /// As [`CheckpointStore::newest`]; and the damage of the best weights, where they are not in the checkpoint that says so.
    pub fn best_weights(&self) -> Result<(Option<SavedWeights>, Vec<TrainError>), TrainError> {
        let mut lost = None;
        let found = self.newest_of(|path| match state(path)?.best {
            Some(best) if !path.ends_with(&best) => {
                // Older checkpoints know of worse ones at most.
                Ok(load_weights(&self.folder.join(best)).map_err(|error| lost = Some(error)).ok())
            }
            _ => load_weights(path).map(Some),
        });
        match (lost, found) {
            (Some(error), _) => Err(error),
            (None, found) => found.map(|(weights, damaged)| (weights.flatten(), damaged)),
        }
    }

    /// What `read` gives for the newest checkpoint that is not damaged, and the damage of newer ones.
    fn newest_of<C>(
        &self,
        mut read: impl FnMut(&Path) -> Result<C, TrainError>,
    ) -> Result<(Option<C>, Vec<TrainError>), TrainError> {
        let mut damaged = Vec::new();
        for path in self.list()?.into_iter().rev() {
            match read(&path) {
                Ok(found) => return Ok((Some(found), damaged)),
                Err(error @ TrainError::Damaged { .. }) => damaged.push(error),
                // What cannot be read now may be whole: an older one would be the wrong one.
                Err(error) => return Err(error),
            }
        }
        if damaged.is_empty() { Ok((None, damaged)) } else { Err(damaged.swap_remove(0)) }
    }

    /// The checkpoint called `name`.
    ///
    /// # Errors
    /// [`TrainError::Damaged`] when it is not whole, [`TrainError::Io`] when the operating system refuses to read it.
    pub fn load(&self, name: &str) -> Result<Checkpoint, TrainError> {
        load(&self.folder.join(name)).map(|(_, checkpoint)| checkpoint)
    }

    /// The weights of the checkpoint called `name`, with what is needed to predict with them.
    ///
    /// # Errors
    /// As [`CheckpointStore::load`]; the state of the optimiser does not count.
    pub fn load_weights(&self, name: &str) -> Result<SavedWeights, TrainError> {
        load_weights(&self.folder.join(name))
    }
}
