//! The folder that holds the checkpoints of a run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use kiln_core::Weights;
use kiln_core::file::{PathKind, TemporaryFolder, make_below, sync_folder, write_durably};

use super::manifest::{FileEntry, MANIFEST, Manifest};
use super::read::{AVERAGE, Checkpoint, MODEL, OPTIM, STATE, TASK, best_of};
use super::{FORMAT, TrainState};
use crate::TrainError;

const TEMPORARY: &str = ".tmp-";

/// The folder `checkpoints/` of a run.
#[derive(Debug, Clone)]
pub struct CheckpointStore {
    pub(super) folder: PathBuf,
    keep: usize,
    extra: BTreeMap<String, Vec<u8>>,
}

/// What a checkpoint holds beside the weights that count and the state of the loop.
#[derive(Debug)]
pub(crate) struct Rest {
    /// The state of the optimiser.
    pub(crate) optimizer: Weights,
    /// What an average needs; empty without.
    pub(crate) average: Weights,
    /// The tensors that the task keeps; empty without.
    pub(crate) task: Weights,
}

impl CheckpointStore {
    /// The store in `folder`, which is made when the first checkpoint is saved; `keep` newest checkpoints stay,
    /// and the best.
    pub fn new(folder: impl Into<PathBuf>, keep: usize) -> Self {
        Self { folder: folder.into(), keep: keep.max(1), extra: BTreeMap::new() }
    }

    /// Adds a file to every checkpoint that is saved from now on, such as fitted preprocessing.
    pub fn attach(mut self, name: impl Into<String>, contents: Vec<u8>) -> Self {
        self.extra.insert(name.into(), contents);
        self
    }

    /// Saves a checkpoint and deletes those that are no longer needed. Returns the name of its folder.
    pub(crate) fn save(
        &self,
        weights: &Weights,
        rest: &Rest,
        state: &TrainState,
    ) -> Result<String, TrainError> {
        let name = folder_name(state.step);
        let path = self.folder.join(&name);
        self.make_folder()?;
        let temporary = TemporaryFolder::new_in(&self.folder, TEMPORARY)
            .map_err(|e| TrainError::io("write to", &self.folder, e))?;

        let state_json = serde_json::to_vec_pretty(state).map_err(|e| TrainError::damaged(&path, e))?;
        let mut files = BTreeMap::from([
            (MODEL.to_owned(), weights.to_safetensors()?),
            (OPTIM.to_owned(), rest.optimizer.to_safetensors()?),
            (STATE.to_owned(), state_json),
        ]);
        for (name, tensors) in [(AVERAGE, &rest.average), (TASK, &rest.task)] {
            if !tensors.is_empty() {
                files.insert(name.to_owned(), tensors.to_safetensors()?);
            }
        }
        files.extend(self.extra.clone());
        for (name, bytes) in &files {
            write_synced(&temporary.path().join(name), bytes)?;
        }
        let entries = files.iter().map(|(name, bytes)| (name.clone(), FileEntry::of(bytes))).collect();
        let manifest = Manifest { format: FORMAT, step: state.step, files: entries };
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(|e| TrainError::damaged(&path, e))?;
        write_synced(&temporary.path().join(MANIFEST), &manifest)?;
        sync_folder(temporary.path()).map_err(|e| TrainError::io("sync", temporary.path(), e))?;

        // Whatever the mask of this process: a checkpoint is as readable as the run around it.
        open_to_readers(temporary.path()).map_err(|e| TrainError::io("share", temporary.path(), e))?;
        if PathKind::of(&path).map_err(|e| TrainError::io("look at", &path, e))? != PathKind::Missing {
            // The same step again: the run ended right after a checkpoint. Moved aside first, so that the time
            // without either is one rename.
            let old = self.folder.join(format!("{TEMPORARY}old-{name}"));
            fs::rename(&path, &old).map_err(|e| TrainError::io("replace", &path, e))?;
            fs::rename(temporary.keep(), &path).map_err(|e| TrainError::io("write", &path, e))?;
            fs::remove_dir_all(&old).map_err(|e| TrainError::io("delete", &old, e))?;
        } else {
            fs::rename(temporary.keep(), &path).map_err(|e| TrainError::io("write", &path, e))?;
        }
        sync_folder(&self.folder).map_err(|e| TrainError::io("sync", &self.folder, e))?;
        self.must_hold_the_best(state)?;
        self.point_to(state)?;
        self.prune()?;
        Ok(name)
    }

    /// Makes the folder in that of the run. Not the latter: where it is gone, somebody has deleted it.
    fn make_folder(&self) -> Result<(), TrainError> {
        let parent = self.folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let name = self.folder.file_name().unwrap_or_default();
        make_below(parent.unwrap_or(Path::new(".")), Path::new(name))
            .map_err(|e| TrainError::io("create", &self.folder, e))
    }

    /// An error when the best checkpoint is gone, which was there when it was saved.
    fn must_hold_the_best(&self, state: &TrainState) -> Result<(), TrainError> {
        let Some(best) = &state.best else { return Ok(()) };
        let path = self.folder.join(best);
        match fs::metadata(&path) {
            Ok(_) => Ok(()),
            Err(error) => Err(TrainError::io("find", &path, error)),
        }
    }

    fn point_to(&self, state: &TrainState) -> Result<(), TrainError> {
        self.point("last", &folder_name(state.step))?;
        match &state.best {
            Some(best) => self.point("best", best),
            None => Ok(()),
        }
    }

    fn point(&self, name: &str, target: &str) -> Result<(), TrainError> {
        let path = self.folder.join(name);
        write_durably(&path, format!("{target}\n").as_bytes()).map_err(|e| TrainError::io("write", &path, e))
    }

    /// Deletes all but the newest `keep` checkpoints and the best ones that they point to: without those, one that
    /// stays could not take over when a newer one is damaged.
    fn prune(&self) -> Result<(), TrainError> {
        let all = self.list()?;
        let (old, kept) = all.split_at(all.len().saturating_sub(self.keep));
        let mut best = Vec::new();
        for path in kept {
            best.extend(best_of(path)?);
        }
        for path in old {
            if !best.iter().any(|name| path.ends_with(name)) {
                self.delete(path)?;
            }
        }
        Ok(())
    }

    /// Deletes a checkpoint. Moved aside first: one that is half deleted must not pass for a damaged one.
    fn delete(&self, path: &Path) -> Result<(), TrainError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = self.folder.join(format!("{TEMPORARY}old-{name}"));
        let moved = fs::rename(path, &aside).and_then(|()| fs::remove_dir_all(&aside));
        moved.map_err(|e| TrainError::io("delete", path, e))
    }

    /// Makes `newest` the newest one: deletes what a crash left behind and every checkpoint of a later step (all of
    /// them with `None`), and points to it, which a crash may have prevented.
    pub(crate) fn clean(&self, newest: Option<&Checkpoint>) -> Result<(), TrainError> {
        let listed = |e| TrainError::io("list", &self.folder, e);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(listed(error)),
        };
        for entry in entries {
            let path = entry.map_err(listed)?.path();
            let leftover =
                path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(TEMPORARY));
            let later =
                step_of(&path).is_some_and(|step| newest.is_none_or(|newest| step > newest.state.step));
            if leftover || later {
                let deleted = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                deleted.map_err(|e| TrainError::io("delete", &path, e))?;
            }
        }
        match newest {
            Some(newest) => self.point_to(&newest.state),
            None => Ok(()),
        }
    }
}

pub(crate) fn folder_name(step: u64) -> String {
    format!("step-{step:08}")
}

pub(super) fn step_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("step-")?.parse().ok()
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| TrainError::io("write", path, e))
}

fn open_to_readers(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
