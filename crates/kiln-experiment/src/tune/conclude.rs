//! The end of a search, as far as it has come.

use kiln_config::annotated;
use kiln_core::file::write_durably;
use kiln_validate::search::Study;

use super::folder::Folder;
use super::report::TuneReport;
use crate::error::{ExperimentError, RunError};

/// Writes down the best trial, and reports.
pub(super) fn conclude(study: Study, folder: &Folder, finished: bool) -> Result<TuneReport, ExperimentError> {
    let mut best_config = None;
    if let Some(best) = study.best() {
        let resolved = folder.resolve(&best.params)?;
        let path = folder.best();
        write_durably(&path, annotated(&resolved).as_bytes()).map_err(RunError::io("write", &path))?;
        best_config = Some(path);
    }
    let (monitor, folder) = (folder.record.monitor.clone(), folder.path.clone());
    Ok(TuneReport { folder, monitor, study, finished, best_config })
}
