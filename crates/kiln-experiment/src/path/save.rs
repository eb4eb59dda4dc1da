//! A path as a folder: `path.json`, and the configuration that it is of.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_core::file;
use serde::Serialize;

use super::report::PathReport;
use crate::error::{ExperimentError, RunError};
use crate::progress::Unfinished;
use crate::run::{PATH, RunFolder, slug};
use crate::session::Session;

/// `path.json`.
#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    arguments: &'a [String],
    #[serde(flatten)]
    path: &'a PathReport,
}

impl PathReport {
    /// Makes a folder below [`Session::runs_dir`] with `path.json`, from which [`PathReport::read`] has it back, and `config.toml`.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn save(&self, resolved: &Resolved, session: &Session) -> Result<PathBuf, ExperimentError> {
        let slug = slug(&format!("{}-path", resolved.label));
        let json = self.to_json(session)?;
        let config = annotated(resolved);
        let files = [("config.toml", config.as_bytes()), (PATH, json.as_slice())];
        let made = RunFolder::create_with(&session.runs_dir, &slug, SystemTime::now(), &files)?;
        Ok(made.path().to_owned())
    }

    /// Puts `path.json` into the folder that was made for it.
    ///
    /// # Errors
    /// A file that cannot be written; then the folder goes.
    pub fn save_as(&self, folder: Unfinished, session: &Session) -> Result<PathBuf, ExperimentError> {
        folder.end(&[(PATH, self.to_json(session)?.as_slice())])
    }

    fn to_json(&self, session: &Session) -> Result<Vec<u8>, ExperimentError> {
        let written = Written { v: 1, arguments: &session.arguments, path: self };
        let mut json = serde_json::to_vec(&written).map_err(ExperimentError::internal)?;
        json.push(b'\n');
        Ok(json)
    }

    /// The path in `folder`.
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        let path = folder.join(PATH);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path, reason: error.to_string() }.into())
    }
}
