//! The folder of a cross-validation.

use std::path::PathBuf;
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};

use super::folds::Folds;
use super::settings::CvSettings;
use crate::error::ExperimentError;
use crate::run::{CONFIG, CV, RECORD, RunFolder, RunRecord, slug};
use crate::start::{BASE, NewStart};

/// Makes the folder, or makes sure that it holds this cross-validation.
pub(super) fn claim(
    resolved: &Resolved,
    settings: &CvSettings,
    folds: &Folds,
    record: &RunRecord,
    start: &NewStart,
) -> Result<PathBuf, ExperimentError> {
    let (study, config, record) = (folds.study.to_json()?, annotated(resolved), record.to_bytes());
    let mut files = vec![(CONFIG, config.as_bytes()), (RECORD, record.as_slice()), (CV, study.as_slice())];
    let base = if folds.study.nested.is_some() { start.text() } else { None };
    files.extend(base.as_ref().map(|text| (BASE, text.as_bytes())));
    match &settings.dir {
        Some(dir) => {
            if !RunFolder::create_at(dir, CONFIG, &files)? {
                folds.must_be_those_of(dir, resolved, &settings.session)?;
            }
            Ok(dir.clone())
        }
        // The lock is given back: each fold has its own, and the whole takes its again.
        None => {
            let kind = if folds.study.bag { "bag" } else { "cv" };
            let slug = slug(&format!("{}-{kind}", resolved.label));
            let made = RunFolder::create_with(&settings.session.runs_dir, &slug, SystemTime::now(), &files)?;
            Ok(made.path().to_owned())
        }
    }
}
