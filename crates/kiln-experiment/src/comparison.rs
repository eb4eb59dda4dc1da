//! A comparison of devices as a folder: `compare.json`, and the configuration that it is of.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_core::file;
use serde::{Deserialize, Serialize};

use crate::compare::CompareSettings;
use crate::device_result::DeviceResult;
use crate::error::{ExperimentError, RunError};
use crate::run::{COMPARISON, RunFolder, slug};
use crate::session::Session;

/// What a comparison of devices found: `compare.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The version of the format: 1.
    pub v: u32,
    /// What the configuration is called.
    pub label: String,
    /// Steps that were compared and timed.
    pub steps: u64,
    /// The difference of a loss or gradient that counts.
    pub tolerance: f64,
    /// How each device did; the others were compared with the first.
    pub devices: Vec<DeviceResult>,
    /// The arguments of the command, without the name of the program.
    #[serde(default)]
    pub arguments: Vec<String>,
}

impl Comparison {
    /// What [`compare`](crate::compare) found with these settings.
    pub fn new(resolved: &Resolved, settings: &CompareSettings, devices: Vec<DeviceResult>) -> Self {
        let CompareSettings { steps, tolerance, .. } = settings;
        let label = resolved.label.clone();
        Self { v: 1, label, steps: *steps, tolerance: *tolerance, devices, arguments: Vec::new() }
    }

    /// Makes a folder below [`Session::runs_dir`] with `compare.json` and `config.toml`.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn save(&self, resolved: &Resolved, session: &Session) -> Result<PathBuf, ExperimentError> {
        let slug = slug(&format!("{}-compare", self.label));
        let whole = Self { arguments: session.arguments.clone(), ..self.clone() };
        let mut json = serde_json::to_vec_pretty(&whole).map_err(ExperimentError::internal)?;
        json.push(b'\n');
        let config = annotated(resolved);
        let files = [("config.toml", config.as_bytes()), (COMPARISON, json.as_slice())];
        let made = RunFolder::create_with(&session.runs_dir, &slug, SystemTime::now(), &files)?;
        Ok(made.path().to_owned())
    }

    /// The comparison in `folder`.
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        let path = folder.join(COMPARISON);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path, reason: error.to_string() }.into())
    }
}
