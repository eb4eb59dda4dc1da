//! Several models whose mean is predicted: those that a cross-validation keeps.

use std::path::Path;

use kiln_core::file::is_folder;
use kiln_train::Decision;

use super::predictor::Predictor;
use crate::error::{CvError, ExperimentError, JobError, RunError};
use crate::fold::{FoldRecord, fold_folder};
use crate::run::{CHECKPOINTS, RunRecord, Status};

/// The smallest probability of which the logarithm is taken: that of a class which no model gives a chance.
const LEAST: f64 = 1e-30;

impl Predictor {
    /// The models whose mean is predicted, where there are several: that of each fold of a cross-validation with
    /// [`keep_models`](crate::cv::CvSettings::keep_models). Empty for one model.
    ///
    /// The mean is that of the probabilities, or of the numbers.
    pub fn members(&self) -> &[Self] {
        &self.members
    }

    /// The models of the folds in `run`, each opened by `open` from its folder.
    pub(super) fn of_folds(
        run: &Path,
        open: impl Fn(&Path) -> Result<Self, ExperimentError>,
    ) -> Result<Self, ExperimentError> {
        let kept = fold_folder(run, 0).join(CHECKPOINTS);
        if !is_folder(&kept).map_err(RunError::io("look at", &kept))? {
            return Err(RunError::NoModel { run: run.to_owned() }.into());
        }
        let mut members = Vec::new();
        while FoldRecord::read(run, members.len())?.is_some() {
            members.push(open(&fold_folder(run, members.len()))?);
        }
        let whole = RunRecord::read(run)?.status == Status::Done;
        let Some(first) = members.first().filter(|_| whole).cloned() else {
            return Err(CvError::FoldMissing { fold: members.len(), run: run.to_owned() }.into());
        };
        let (decision, checkpoint) = (Decision::default(), run.to_owned());
        Ok(Self { members: members.into(), decision, kept: None, noise: None, checkpoint, ..first })
    }

    /// The models one by one: itself, where there is one.
    pub(crate) fn each(&self) -> &[Self] {
        if self.members.is_empty() { std::slice::from_ref(self) } else { &self.members }
    }

    /// An error where there are several models, which `what` is not for.
    pub(crate) fn must_be_one(&self, what: &'static str) -> Result<(), ExperimentError> {
        match self.members.len() {
            0 => Ok(()),
            models => Err(JobError::OfOneModel { what, models }.into()),
        }
    }

    /// What the outputs of each model are together: raw outputs of classes whose probabilities are the mean of theirs, or the mean of
    /// the numbers.
    pub(crate) fn together(&self, mut of_each: Vec<Vec<f64>>) -> Vec<f64> {
        if of_each.len() == 1 {
            return of_each.remove(0);
        }
        let count = of_each.len() as f64;
        if self.class_names().is_none() {
            let mean = |place: usize| of_each.iter().map(|outputs| outputs[place]).sum::<f64>() / count;
            return (0..of_each.first().map_or(0, Vec::len)).map(mean).collect();
        }
        let width = self.width();
        let items = of_each.first().map_or(0, |outputs| outputs.len() / width);
        let mut together = Vec::with_capacity(items * width);
        for item in 0..items {
            let mut sums: Vec<f64> = Vec::new();
            for (member, outputs) in self.each().iter().zip(&of_each) {
                let of_item = member.decision.probabilities(&outputs[item * width..][..width]);
                sums.resize(of_item.len(), 0.0);
                sums.iter_mut().zip(of_item).for_each(|(sum, share)| *sum += f64::from(share));
            }
            let mut logits = sums.iter().map(|sum| (sum / count).max(LEAST).ln());
            match width {
                // One logit is that of the second class against the first.
                1 => together.push(logits.next().map_or(0.0, |first| logits.next().unwrap_or(0.0) - first)),
                _ => together.extend(logits),
            }
        }
        together
    }

    /// What the model of each member says of an item whose outputs are `of_each`: the probability of each class, or the numbers.
    pub(crate) fn numbers_of_each(&self, of_each: &[&[f64]]) -> Vec<Vec<f64>> {
        let is_classes = self.class_names().is_some();
        let numbers = |(member, outputs): (&Self, &&[f64])| match is_classes {
            true => member.decision.probabilities(outputs).into_iter().map(f64::from).collect(),
            false => outputs.to_vec(),
        };
        self.each().iter().zip(of_each).map(numbers).collect()
    }
}
