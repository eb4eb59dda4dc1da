//! What was found, kept with the run: its page shows it.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::file::{self, is_file, write_durably};
use serde::{Deserialize, Serialize};

use super::record::ImportanceReport;
use crate::error::{ExperimentError, RunError};
use crate::run::RunRecord;

/// The folder of it in a run.
const FOLDER: &str = "importance";
/// The file in the folder.
const FILE: &str = "kept.json";
/// Items whose own curves are kept of a dependence: enough for its bands.
const CURVES: usize = 500;

#[derive(Serialize, Deserialize)]
struct Kept {
    v: u32,
    /// BLAKE3 of the weights that were asked.
    weights_blake3: Option<String>,
    report: ImportanceReport,
}

impl ImportanceReport {
    /// Keeps it with the run, in the place of an older one: `importance/kept.json`. Of each dependence the curves of 500 items at most.
    ///
    /// # Errors
    /// A file that cannot be written; what was there is then as it was.
    pub fn save(&self, run: &Path) -> Result<PathBuf, ExperimentError> {
        let mut report = self.clone();
        for place in report.dependence.iter_mut().flat_map(|of| {
            let most = CURVES * of.outputs.len();
            of.places.iter_mut().map(move |place| (place, most))
        }) {
            let (place, most) = place;
            place.items.truncate(most);
        }
        let kept = Kept { v: 1, weights_blake3: RunRecord::read(run)?.weights_blake3, report };
        let folder = run.join(FOLDER);
        fs::create_dir_all(&folder).map_err(RunError::io("make", &folder))?;
        let path = folder.join(FILE);
        let mut bytes = serde_json::to_vec(&kept).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        write_durably(&path, &bytes).map_err(RunError::io("write", &path))?;
        Ok(path)
    }

    /// What is kept with a run, and BLAKE3 of the weights that it is of.
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file, [`RunError::Io`].
    pub fn kept(run: &Path) -> Result<Option<(Self, Option<String>)>, ExperimentError> {
        let path = run.join(FOLDER).join(FILE);
        if !is_file(&path).map_err(RunError::io("look at", &path))? {
            return Ok(None);
        }
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        let damaged = |reason: String| RunError::Record { path: path.clone(), reason };
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if !kept.report.is_whole() {
            return Err(
                damaged("it has not as many numbers as columns, outputs and places".to_owned()).into()
            );
        }
        Ok(Some((kept.report, kept.weights_blake3)))
    }

    /// Whether there are as many numbers as there should be.
    fn is_whole(&self) -> bool {
        let dependence = self.dependence.iter().all(|of| {
            let outputs = of.outputs.len();
            let place = |place: &super::DependencePlace| {
                place.mean.len() == outputs && place.items.len().is_multiple_of(outputs.max(1))
            };
            outputs > 0 && of.places.iter().all(place)
        });
        let shapley = self.shapley.as_ref().is_none_or(|of| {
            let all = of.columns.len() * of.outputs.len();
            let item = |item: &super::ShapleyItem| {
                item.values.len() == all && item.outputs.len() == of.outputs.len()
            };
            of.mean.len() == all && of.base.len() == of.outputs.len() && of.items.iter().all(item)
        });
        dependence && shapley
    }
}
