//! What all folds of a cross-validation say together.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::folds::Folds;
use super::optimism::Optimism;
use super::study::CvStudy;
use crate::error::ExperimentError;
use crate::fold::{FoldRecord, Summaries, join};
use crate::measured::{Evaluation, Measured, Part, of_rows};
use crate::observer::Observer;
use crate::predict::Predictor;
use crate::run::{RunRecord, Status, rfc3339};
use crate::session::Session;

/// What all folds of a cross-validation say together.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CvReport {
    /// The folder of the cross-validation.
    pub run: PathBuf,
    /// How the folds were cut and trained.
    pub study: CvStudy,
    /// How each fold went, in order.
    pub folds: Vec<FoldRecord>,
    /// Mean, deviation and corrected interval of every metric that all folds have.
    pub summaries: Summaries,
    /// The classes, if the target is classes.
    pub classes: Option<Vec<String>>,
    /// Counts of all test items, actual by predicted. `None` for numbers.
    pub confusion: Option<Vec<Vec<u64>>>,
    /// By how much the search in each fold flatters itself, if there is one that had something to choose from.
    pub optimism: Option<Optimism>,
    /// Of a bag how good the mean of its models is on the test part, where there is one.
    pub test: Option<Evaluation>,
    /// Seconds of all trainings together.
    pub seconds: f64,
}

impl CvReport {
    /// Joins the predictions of all folds and writes down what they say together. `loss`: the ends that the loss has.
    pub(super) fn write(
        path: &Path,
        loss: [f64; 2],
        folds: &Folds,
        records: Vec<FoldRecord>,
        peak_rss: Option<u64>,
    ) -> Result<Self, ExperimentError> {
        join(path, folds.len())?;
        let summaries = Summaries::of(&records, folds.test_share())?.within("loss", loss);
        let seconds = records.iter().map(|record| record.seconds).sum();
        let mut run = RunRecord::read(path)?;
        run.status = Status::Done;
        run.error = None;
        run.finished = Some(rfc3339(SystemTime::now()));
        if folds.study.bag {
            // The items of the folds are held out from one model each, and the test part from all.
            run.validation = summaries.means();
        } else {
            run.test = summaries.means();
        }
        run.seconds = Some(seconds);
        run.peak_rss_bytes = peak_rss;
        run.exit_code = Some(0);
        run.write(path)?;
        Ok(Self {
            run: path.to_owned(),
            study: CvStudy::read(path)?,
            summaries,
            classes: folds.class_names().map(<[String]>::to_vec),
            confusion: sum_of_counts(&records),
            optimism: Optimism::of(&records),
            test: None,
            seconds,
            folds: records,
        })
    }
}

impl CvReport {
    /// Judges the mean of a bag's models on the test part, where there is one, and writes that down.
    pub(super) fn judged(
        mut self,
        folds: &Folds,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Self, ExperimentError> {
        let Some(outer) = folds.outer() else { return Ok(self) };
        let predictor = Predictor::open(&self.run, session, observer)?;
        let (of, rows) = (Measured::Part(Part::Test), outer.test().to_vec());
        let (found, _) = of_rows(&predictor, of, folds.shared_dataset(), rows, false)?;
        let mut run = RunRecord::read(&self.run)?;
        run.test = found.metrics.clone();
        run.write(&self.run)?;
        self.test = Some(found);
        Ok(self)
    }
}

/// The sum of the folds' counts.
fn sum_of_counts(records: &[FoldRecord]) -> Option<Vec<Vec<u64>>> {
    let mut sum = records.first()?.confusion.clone()?;
    for record in &records[1..] {
        for (sums, counts) in sum.iter_mut().zip(record.confusion.as_ref()?) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }
    Some(sum)
}
