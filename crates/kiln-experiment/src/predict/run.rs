//! A run, opened from code.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use kiln_core::EpochRecord;
use kiln_core::file::is_file;

use super::predictor::Predictor;
use crate::error::{ExperimentError, RunError};
use crate::run::{CONFIG, RunRecord, find, is_cross_validation, is_ensemble, read_epochs};
use crate::session::Session;
use crate::stored::{best_weights, last_weights, stored};

/// A run in its folder, to look at and to predict with.
///
/// ```
/// use burn::tensor::Device;
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Run, Session, train};
///
/// let overrides = vec!["train.epochs=20".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// train(&resolved, &Session { runs_dir: runs.path().to_owned(), ..Session::default() }, &())?;
///
/// let predictor = Run::find("last", runs.path())?.best(&Device::default())?;
/// let flower = predictor.predict_row(&[6.9, 3.1, 5.4, 2.1])?;
/// assert_eq!(flower.class(), Some("virginica"));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    folder: PathBuf,
}

impl Run {
    /// The run in `folder`.
    ///
    /// # Errors
    /// [`RunError::NotARun`] for a folder that holds none, [`RunError::Io`] when the operating system does not say.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, RunError> {
        let folder = folder.into();
        let config = folder.join(CONFIG);
        if is_file(&config).map_err(RunError::io("look at", &config))? {
            Ok(Self { folder })
        } else {
            Err(RunError::NotARun { path: folder })
        }
    }

    /// The run called `name`, as the command finds it: a path, `last`, or in the folder `runs` a whole name, its beginning,
    /// or a part of it that no other has.
    ///
    /// # Errors
    /// [`RunError::NotFound`] when there is none, [`RunError::Ambiguous`] when there are several.
    pub fn find(name: &str, runs: impl AsRef<Path>) -> Result<Self, RunError> {
        Ok(Self { folder: find(name, runs.as_ref())? })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What happened in it: its data, its metrics, how it ended.
    ///
    /// # Errors
    /// [`RunError::Record`] when the file is damaged, [`RunError::Io`] when it cannot be read.
    pub fn record(&self) -> Result<RunRecord, RunError> {
        RunRecord::read(&self.folder)
    }

    /// Its epochs, the first one first.
    ///
    /// # Errors
    /// [`RunError::Metrics`] for a damaged line, [`RunError::Io`] when the file cannot be read.
    pub fn epochs(&self) -> Result<Vec<EpochRecord>, RunError> {
        read_epochs(&self.folder)
    }

    /// The best weights on `device`, ready to predict. The data that the run was trained on need not be there. Where checkpoints are
    /// damaged, they are those of an older one, and [`Predictor::passed_over`] says so.
    ///
    /// # Errors
    /// A run without a whole checkpoint, and a cross-validation that keeps no models.
    pub fn best(&self, device: &Device) -> Result<Predictor, ExperimentError> {
        if is_ensemble(&self.folder)? {
            return Predictor::of_ensemble(&self.folder, |member| Self::open(member)?.best(device));
        }
        if is_cross_validation(&self.folder)? {
            return Predictor::of_folds(&self.folder, |fold| Self::open(fold)?.best(device));
        }
        let weights = best_weights(&self.folder, &())?;
        let resolved = stored(&self.folder, &Session::default())?;
        Predictor::new(&self.folder, &resolved, weights, device, &())
    }

    /// As [`Run::best`], with the weights that the training came to last.
    ///
    /// # Errors
    /// As [`Run::best`].
    pub fn last(&self, device: &Device) -> Result<Predictor, ExperimentError> {
        let weights = last_weights(&self.folder, &())?;
        let resolved = stored(&self.folder, &Session::default())?;
        Predictor::new(&self.folder, &resolved, weights, device, &())
    }
}
