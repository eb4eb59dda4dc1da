//! Runs of several models: bags, cross-validations that keep their models, and ensembles.

use std::path::Path;
use std::sync::Arc;

use kiln_config::Resolved;
use kiln_core::{ErrorKind, Explain};
use kiln_data::source::read_labelled;
use kiln_data::{DataError, Dataset, Split};

use super::settings::EvaluateSettings;
use crate::cv::Folds;
use crate::error::{CvError, ExperimentError, JobError};
use crate::measured::{Evaluation, Measured, Part, ScoredItems, of_rows};
use crate::observer::Observer;
use crate::predict::Predictor;
use crate::run::{EnsembleRecord, is_cross_validation};
use crate::stored::stored;

/// As [`evaluate_items`](super::evaluate_items), of the models that the cross-validation in `run` keeps.
pub(super) fn of_folds(
    run: &Path,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<(Evaluation, ScoredItems), ExperimentError> {
    let predictor = opened(run, settings, observer)?;
    let resolved = stored(run, &settings.session)?;
    let part = settings.part.unwrap_or_default();
    let own = match own(run, &resolved, settings)? {
        Some(folds) => Some((folds.shared_dataset(), of_part(&folds, part, run)?)),
        None => None,
    };
    measured(&predictor, &resolved, own, settings)
}

/// The same of the ensemble in `run`. `own`: its data and their parts, where they are what is to be measured.
pub(super) fn of_ensemble(
    run: &Path,
    own: Option<(Arc<Dataset>, Split)>,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<(Evaluation, ScoredItems), ExperimentError> {
    let predictor = opened(run, settings, observer)?;
    let resolved = stored(run, &settings.session)?;
    let record = EnsembleRecord::read(run)?;
    let first = record.members.first().map(|member| run.join(&member.run)).unwrap_or_default();
    let are_bags = is_cross_validation(&first)?;
    let of_part = |(dataset, split): (Arc<Dataset>, Split)| {
        let Split { mut train, validation, calibration, test } = split;
        let part = settings.part.unwrap_or_default();
        let rows = match part {
            Part::Test => test,
            Part::Train if are_bags => {
                train.extend(validation.into_iter().chain(calibration));
                train.sort_unstable();
                train
            }
            Part::Train => train,
            // All of it was trained on by some of the models.
            Part::Validation | Part::Calibration if are_bags => Vec::new(),
            Part::Validation => validation,
            Part::Calibration => calibration,
        };
        if rows.is_empty() { Err(JobError::EmptyPart { part: part.name() }) } else { Ok((dataset, rows)) }
    };
    measured(&predictor, &resolved, own.map(of_part).transpose()?, settings)
}

fn opened(
    run: &Path,
    settings: &EvaluateSettings,
    observer: &dyn Observer,
) -> Result<Predictor, ExperimentError> {
    let predictor = Predictor::open(run, &settings.session, observer)?.views(settings.views)?;
    if settings.chooses() {
        predictor.must_be_one("a temperature or a threshold")?;
    }
    Ok(predictor)
}

/// Of rows of the run's own data, or else of all that the settings name.
fn measured(
    predictor: &Predictor,
    resolved: &Resolved,
    own: Option<(Arc<Dataset>, Vec<usize>)>,
    settings: &EvaluateSettings,
) -> Result<(Evaluation, ScoredItems), ExperimentError> {
    let (of, dataset, rows) = match own {
        Some((dataset, rows)) => (Measured::Part(settings.part.unwrap_or_default()), dataset, rows),
        None => {
            let path = resolved.config.data.path.clone().unwrap_or_default();
            let labelled = read_labelled(&path, &resolved.config.data, predictor.fitted())?;
            let all = labelled.dataset.features.rows().map_err(DataError::from)?;
            let skipped = all - labelled.rows.len();
            (Measured::File { path, skipped }, Arc::new(labelled.dataset), labelled.rows)
        }
    };
    of_rows(predictor, of, dataset, rows, settings.strict)
}

/// The folds of the run, where its data are what is to be measured; `None` where that is something else.
fn own(
    run: &Path,
    resolved: &Resolved,
    settings: &EvaluateSettings,
) -> Result<Option<Folds>, ExperimentError> {
    let other = settings.session.flags.data.as_ref();
    match (Folds::of_run(run, resolved), other) {
        (Ok(folds), _) => Ok(Some(folds)),
        (Err(error), Some(data)) if matches!(error.kind(), ErrorKind::Data | ErrorKind::Usage) => {
            match settings.part {
                None => Ok(None),
                Some(_) => Err(JobError::PartOfOther { data: data.clone() }.into()),
            }
        }
        (Err(error), _) => Err(error),
    }
}

/// The items of a part: those of the folds are what the models were trained on.
fn of_part(folds: &Folds, part: Part, run: &Path) -> Result<Vec<usize>, ExperimentError> {
    let rows = match (part, folds.outer()) {
        (Part::Test, Some(outer)) => outer.test().to_vec(),
        (Part::Test, None) => return Err(CvError::NothingHeldOut { run: run.to_owned() }.into()),
        (Part::Train, Some(outer)) => outer.train().to_vec(),
        (Part::Train, None) => (0..folds.items().len()).collect(),
        (part, _) => return Err(JobError::EmptyPart { part: part.name() }.into()),
    };
    Ok(rows)
}
