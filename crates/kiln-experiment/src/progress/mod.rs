//! A path or a curve before it is whole: a folder that others can watch.

mod step;
mod unfinished;

use std::path::Path;

use kiln_core::file;
use serde::{Deserialize, Serialize};

use crate::error::{ExperimentError, RunError};
use crate::run::PROGRESS;

pub use step::ProgressStep;
pub use unfinished::Unfinished;

/// The first line of `progress.jsonl`.
#[derive(Serialize, Deserialize)]
struct Header {
    v: u32,
    kind: String,
    label: String,
}

/// How far a path or a curve is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What it will be: `path`, `learning-curve`, `validation-curve`.
    pub kind: String,
    /// What the configuration is called.
    pub label: String,
    /// What has been done, in the order in which it ended.
    pub steps: Vec<ProgressStep>,
}

impl Progress {
    /// How far the path or curve in `folder` is, or was; `None` where nobody wrote that down.
    ///
    /// # Errors
    /// [`RunError::Record`] for a file that is none, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Option<Self>, ExperimentError> {
        let path = folder.join(PROGRESS);
        if !file::is_file(&path).map_err(RunError::io("look at", &path))? {
            return Ok(None);
        }
        let text = file::read(&path).map_err(RunError::read(&path))?;
        let mut lines = text.split(|byte| *byte == b'\n');
        let header: Header = serde_json::from_slice(lines.next().unwrap_or_default())
            .map_err(|error| RunError::Record { path: path.clone(), reason: error.to_string() })?;
        // The last line may be half there: it is being written.
        let steps = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(Some(Self { kind: header.kind, label: header.label, steps }))
    }
}
