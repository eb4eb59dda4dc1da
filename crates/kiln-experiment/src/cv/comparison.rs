//! What the scores of two cross-validations on the same folds allow to conclude.

use std::path::Path;

use kiln_core::Direction;
use kiln_validate::statistics::{Comparison, McNemar, compare, mcnemar};

use super::folds::Folds;
use super::study::CvStudy;
use crate::error::{CvError, ExperimentError};
use crate::fold::{FoldRecord, PredictionTable};
use crate::run::RunRecord;
use crate::session::Session;
use crate::stored::stored;

/// A difference of shares (accuracies, F1) that does not matter.
const ROPE: f64 = 0.01;

/// What two cross-validations allow to conclude.
#[derive(Debug, Clone, PartialEq)]
pub enum CvComparison {
    /// The two were not measured on the same folds, and cannot be compared fold by fold.
    OtherFolds,
    /// The folds were scored by no metric.
    NoMetric,
    /// The folds are the same.
    SameFolds(Box<FoldComparison>),
}

/// A comparison of two cross-validations, fold by fold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoldComparison {
    /// The metric that was compared.
    pub metric: String,
    /// How many folds there are.
    pub folds: usize,
    /// A difference that does not matter; 0 for a loss or an error, because nobody knows it in advance.
    pub rope: f64,
    /// Means, interval, test and verdict.
    pub comparison: Comparison,
    /// The rows on which the two disagree, for classes that were predicted once.
    pub disagreement: Option<McNemar>,
}

/// Compares the cross-validations in two folders.
///
/// # Errors
/// Folds that are not done, data that have changed.
pub fn compare_folds(folders: [&Path; 2], session: &Session) -> Result<CvComparison, ExperimentError> {
    let [a, b] = folders;
    let (study, other) = (CvStudy::read(a)?, CvStudy::read(b)?);
    let (record_a, record_b) = (RunRecord::read(a)?, RunRecord::read(b)?);
    let seeded = study.plan.shuffle || study.plan.repeats > 1;
    let same = study.same_folds(&other)
        && (record_a.same_data(&record_b) || of_same_rows([&record_a, &record_b], a, session))
        && (!seeded || record_a.seed == record_b.seed);
    if !same {
        return Ok(CvComparison::OtherFolds);
    }
    let folds = Folds::of_run(a, &stored(a, session)?)?;
    let (rows_a, rows_b) = (all(a, folds.len())?, all(b, folds.len())?);
    let Some((name, _)) = rows_a[0].test.headline() else { return Ok(CvComparison::NoMetric) };
    let scores = |rows: &[FoldRecord]| -> Vec<f64> {
        rows.iter().map(|row| row.test.get(name).unwrap_or(f64::NAN)).collect()
    };
    let is_share = matches!(name, "accuracy" | "macro_f1" | "top5_accuracy");
    let rope = if is_share { ROPE } else { 0.0 };
    let larger_is_better = rows_a[0].test.directed(name)? == Direction::Maximise;
    let comparison = compare(&scores(&rows_a), &scores(&rows_b), folds.test_share(), rope, larger_is_better)?;
    let right = |folder| Ok::<_, ExperimentError>(PredictionTable::read(folder)?.right());
    let disagreement = match (right(a)?, right(b)?) {
        (Some(right_a), Some(right_b)) if folds.study.plan.repeats == 1 => Some(mcnemar(&right_a, &right_b)?),
        _ => None,
    };
    let (metric, folds) = (name.to_owned(), folds.len());
    Ok(CvComparison::SameFolds(Box::new(FoldComparison { metric, folds, rope, comparison, disagreement })))
}

/// Whether two records of unlike fingerprints are of the same data, which an older kiln took less exactly.
fn of_same_rows(records: [&RunRecord; 2], folder: &Path, session: &Session) -> bool {
    let dataset = stored(folder, session).map(|resolved| resolved.config.data.load());
    matches!(dataset, Ok(Ok(dataset)) if records.iter().all(|record| record.must_be_of(&dataset, folder).is_ok()))
}

/// The records of all folds, which must be done.
fn all(run: &Path, folds: usize) -> Result<Vec<FoldRecord>, ExperimentError> {
    let read = |fold| {
        let record = FoldRecord::read(run, fold)?;
        record.ok_or_else(|| CvError::FoldMissing { fold, run: run.to_owned() }.into())
    };
    (0..folds).map(read).collect()
}
