//! Several models whose mean is predicted: those that a cross-validation keeps, and those of an ensemble.

use std::path::Path;

use kiln_core::file::is_folder;
use kiln_train::Decision;

use super::predictor::Predictor;
use crate::error::{CvError, ExperimentError, JobError, RunError};
use crate::fold::{FoldRecord, fold_folder};
use crate::run::{CHECKPOINTS, ENSEMBLE, EnsembleRecord, RunRecord, Status};

/// The smallest probability of which the logarithm is taken: that of a class which no model gives a chance.
const LEAST: f64 = 1e-30;

impl Predictor {
    /// The models whose mean is predicted, where there are several: that of each fold of a cross-validation with
    /// [`keep_models`](crate::cv::CvSettings::keep_models). Empty for one model.
    ///
    /// The mean is that of the probabilities, or of the numbers, of an ensemble by their weights.
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

    /// The runs of the ensemble in `run`, each opened by `open` from its folder. One that is itself several models gives each the same part
    /// of its weight.
    pub(super) fn of_ensemble(
        run: &Path,
        open: impl Fn(&Path) -> Result<Self, ExperimentError>,
    ) -> Result<Self, ExperimentError> {
        let record = EnsembleRecord::read(run)?;
        if record.members.is_empty() {
            return Err(RunError::NotDone { run: run.to_owned() }.into());
        }
        let (mut members, mut weights) = (Vec::<Self>::new(), Vec::new());
        for member in record.members.iter().filter(|member| member.weight > 0.0) {
            let opened = open(&run.join(&member.run))?;
            let models = opened.each();
            weights.extend(models.iter().map(|_| member.weight / models.len() as f64));
            members.extend(models.iter().cloned());
        }
        let damaged = |reason: &str| RunError::Record { path: run.join(ENSEMBLE), reason: reason.to_owned() };
        let first = members.first().cloned().ok_or_else(|| damaged("no run has a weight"))?;
        let same = |model: &Self| {
            (model.width(), model.class_names(), model.target_names())
                == (first.width(), first.class_names(), first.target_names())
        };
        if !members.iter().all(same) {
            return Err(damaged("its runs predict different things").into());
        }
        let (decision, checkpoint) = (Decision::default(), run.to_owned());
        let (members, weights) = (members.into(), weights.into());
        Ok(Self { members, weights, decision, kept: None, noise: None, checkpoint, ..first })
    }

    /// How much the model at `place` counts in the mean. All together count 1.
    fn weight(&self, place: usize) -> f64 {
        self.weights.get(place).copied().unwrap_or(1.0 / self.members.len().max(1) as f64)
    }

    /// Two models that predict a low and a high quantile, as their [members](Self::members); the middle of both is what is predicted. What
    /// [`Intervals::between`](crate::conformal::Intervals::between) is for.
    ///
    /// # Errors
    /// [`JobError::OfOneModel`] where one of them is several models.
    pub fn of_pair(lower: Self, upper: Self) -> Result<Self, ExperimentError> {
        for model in [&lower, &upper] {
            model.must_be_one("--upper")?;
        }
        let first = lower.clone();
        Ok(Self {
            members: vec![lower, upper].into(),
            decision: Decision::default(),
            kept: None,
            noise: None,
            ..first
        })
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
        if self.class_names().is_none() {
            let weighted = |place: usize| {
                of_each.iter().enumerate().map(move |(model, outputs)| (model, outputs[place]))
            };
            let mean = |place: usize| {
                weighted(place).map(|(model, output)| self.weight(model) * output).sum::<f64>()
            };
            return (0..of_each.first().map_or(0, Vec::len)).map(mean).collect();
        }
        let width = self.width();
        let items = of_each.first().map_or(0, |outputs| outputs.len() / width);
        let mut together = Vec::with_capacity(items * width);
        for item in 0..items {
            let mut sums: Vec<f64> = Vec::new();
            for (place, (member, outputs)) in self.each().iter().zip(&of_each).enumerate() {
                let weight = self.weight(place);
                let of_item = member.decision.probabilities(&outputs[item * width..][..width]);
                sums.resize(of_item.len(), 0.0);
                sums.iter_mut().zip(of_item).for_each(|(sum, share)| *sum += weight * f64::from(share));
            }
            let mut logits = sums.iter().map(|sum| sum.max(LEAST).ln());
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
