//! What the models of a cross-validation say of the items that they have not seen.

use std::path::Path;

use kiln_data::Fitted;
use kiln_validate::cross::Scheme;

use crate::cv::CvStudy;
use crate::error::{ExperimentError, IntervalError, RunError};
use crate::fold::{PREDICTIONS, PredictionTable, fold_folder};

/// What each item has from the model that has not seen it, fold by fold.
pub(super) struct HeldOut {
    /// The fold of each item.
    pub(super) folds: Vec<usize>,
    /// For each target column what is predicted and what is true; of classes, in place of them, 0 and the score.
    pub(super) columns: Vec<[Vec<f64>; 2]>,
}

/// Of the cross-validation in `run`, which has so many models with this preprocessing.
pub(super) fn held_out(run: &Path, models: usize, fitted: &Fitted) -> Result<HeldOut, ExperimentError> {
    if fitted.label_names().is_some() {
        return Err(IntervalError::OfLabels.into());
    }
    let plan = CvStudy::read(run)?.plan;
    if plan.scheme == Scheme::Time {
        return Err(IntervalError::FoldsOfTime.into());
    }
    if plan.repeats > 1 {
        return Err(IntervalError::Repeated { repeats: plan.repeats }.into());
    }
    let columns = if fitted.class_names().is_some() { 1 } else { fitted.outputs() };
    let mut found = HeldOut { folds: Vec::new(), columns: vec![Default::default(); columns] };
    for fold in 0..models {
        let folder = fold_folder(run, fold);
        let table = PredictionTable::read(&folder)?;
        let damaged = || {
            let reason = "it does not have the columns of a cross-validation of this target".to_owned();
            RunError::Record { path: folder.join(PREDICTIONS), reason }
        };
        for (_, cells) in table.rows() {
            found.folds.push(fold);
            match fitted.class_names() {
                None => {
                    let pairs = cells.chunks_exact(2).zip(&mut found.columns);
                    if cells.len() != 2 * columns {
                        return Err(damaged().into());
                    }
                    for (pair, [predicted, actual]) in pairs {
                        let number = |cell: &String| cell.parse::<f64>().map_err(|_| damaged());
                        actual.push(number(&pair[0])?);
                        predicted.push(number(&pair[1])?);
                    }
                }
                Some(names) => {
                    let class = cells.first().and_then(|actual| names.iter().position(|name| name == actual));
                    let share = class.and_then(|class| cells.get(2 + class)?.parse::<f64>().ok());
                    let [zero, score] = &mut found.columns[0];
                    zero.push(0.0);
                    score.push(1.0 - share.ok_or_else(damaged)?);
                }
            }
        }
    }
    Ok(found)
}
