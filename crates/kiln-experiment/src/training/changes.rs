//! What changes on purpose when a run goes on.

use std::path::PathBuf;

use kiln_core::file::write_durably;
use kiln_train::{Callback, History, TrainError};

/// What changes on purpose when a run goes on. Default: nothing.
///
/// ```
/// use kiln_experiment::Changes;
///
/// let changes = Changes::new().set("train.epochs=50").allow("schedule");
/// # let _ = changes;
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Changes {
    /// Changes to the configuration, `key=value`.
    pub overrides: Vec<String>,
    /// What may differ from the run so far: see [`kiln_train::Trainer::allow_changes`].
    pub allow: Vec<String>,
}

impl Changes {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a change to the configuration, `key=value`.
    #[must_use]
    pub fn set(mut self, assignment: impl Into<String>) -> Self {
        self.overrides.push(assignment.into());
        self
    }

    /// Names a setting or a section that may differ from the run so far.
    #[must_use]
    pub fn allow(mut self, name: impl Into<String>) -> Self {
        self.allow.push(name.into());
        self
    }
}

/// Writes the configuration anew as soon as the trainer has agreed to go on with it.
pub(super) struct WriteConfig {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Callback for WriteConfig {
    fn on_fit_start(&mut self, _: &History) -> Result<(), TrainError> {
        let (action, path) = ("write", self.path.clone());
        write_durably(&path, self.text.as_bytes()).map_err(|source| TrainError::Io { action, path, source })
    }
}
