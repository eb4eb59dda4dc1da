//! A run's weights, ready to predict.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use kiln_augment::Views;
use kiln_config::Resolved;
use kiln_core::{Purpose, Seed};
use kiln_data::{ColumnSchema, DataConfig, DataError, Features, Fitted, InputShape};
use kiln_models::Network;
use kiln_train::{Decision, Prediction, TrainError};

use crate::edited::must_be_as_trained;
use crate::error::ExperimentError;
use crate::job::{Blueprint, NetworkTask, open_device};
use crate::observer::Observer;
use crate::run::{KeptDecision, is_cross_validation, is_ensemble};
use crate::session::Session;
use crate::stored::{RunWeights, best_weights, kept_decision, stored};

/// A run's weights with the preprocessing they were trained with, ready to predict for new data.
///
/// It never changes, so threads may share one: what it predicts for an item is the same bits on every thread.
/// [`Run::best`](crate::Run::best) makes one.
#[derive(Debug, Clone)]
pub struct Predictor {
    pub(crate) blueprint: Blueprint,
    pub(crate) task: NetworkTask,
    pub(crate) model: Network,
    pub(crate) device: Device,
    /// What passes with dropout draw from; `None` for a model that draws nothing.
    pub(super) noise: Option<Seed>,
    /// How the data of the run were read.
    pub(super) data: DataConfig,
    /// How a class follows from logits.
    pub(crate) decision: Decision,
    /// What the run keeps of it.
    pub(crate) kept: Option<KeptDecision>,
    /// Whether unseen categories are refused.
    pub(super) strict: bool,
    pub(super) checkpoint: PathBuf,
    pub(super) passed_over: Arc<[TrainError]>,
    /// The models whose mean is predicted, where there are several. The fields above are then those of the first.
    pub(super) members: Arc<[Self]>,
    /// The weight of each of them; none where all count the same.
    pub(super) weights: Arc<[f64]>,
}

impl Predictor {
    /// Loads the best weights of the run in `run` on the device that its configuration names, or the session. Of a cross-validation
    /// that keeps its models, those of all folds, and of an ensemble those of its runs: [`Predictor::members`].
    ///
    /// # Errors
    /// A run without a whole checkpoint, a cross-validation that keeps no models, and a device that does not open.
    pub fn open(run: &Path, session: &Session, observer: &dyn Observer) -> Result<Self, ExperimentError> {
        if is_ensemble(run)? {
            return Self::of_ensemble(run, |member| Self::open(member, session, observer));
        }
        if is_cross_validation(run)? {
            return Self::of_folds(run, |fold| Self::open(fold, session, observer));
        }
        let weights = best_weights(run, observer)?;
        let resolved = stored(run, session)?;
        let device = open_device(&resolved)?;
        Self::new(run, &resolved, weights, &device, observer)
    }

    pub(super) fn new(
        run: &Path,
        resolved: &Resolved,
        weights: RunWeights,
        device: &Device,
        observer: &dyn Observer,
    ) -> Result<Self, ExperimentError> {
        let RunWeights { saved, fitted, passed_over } = weights;
        must_be_as_trained(resolved, &saved.path, &saved.extra, &["model"])?;
        let kept = kept_decision(run, &saved.weights, observer)?;
        let device = device.clone().inner();
        let blueprint = Blueprint::new(resolved, fitted)?;
        let model = saved.weights.apply(blueprint.model(resolved, &device)?.valid())?;
        let seed = Seed::new(resolved.config.seed).purpose(Purpose::Noise);
        let noise = resolved.config.model.is_random().then_some(seed);
        let decision = kept.as_ref().map(KeptDecision::decision).unwrap_or_default();
        let task = blueprint.task();
        let data = resolved.config.data.clone();
        let (checkpoint, passed_over) = (saved.path, passed_over.into());
        let (strict, members, weights) = (false, Vec::new().into(), Vec::new().into());
        Ok(Self {
            blueprint,
            task,
            model,
            device,
            noise,
            data,
            decision,
            kept,
            strict,
            checkpoint,
            passed_over,
            members,
            weights,
        })
    }

    /// Decides otherwise than the run says. Default: with the temperature and the threshold that were chosen for its
    /// weights, where there are any.
    #[must_use]
    pub fn decide(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self.kept = None;
        self
    }

    /// How a class follows from logits.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// The temperature and the threshold that the run keeps, and how they were chosen.
    pub fn kept_decision(&self) -> Option<&KeptDecision> {
        self.kept.as_ref()
    }

    /// Averages predictions over these views of every image. Default: the image alone.
    ///
    /// # Errors
    /// [`JobError::ViewsOfTable`](crate::error::JobError::ViewsOfTable).
    pub fn views(mut self, views: impl Into<Option<Views>>) -> Result<Self, ExperimentError> {
        let views = views.into();
        self.blueprint.look_at(views)?;
        self.task = self.blueprint.task();
        let members = self.members.iter().map(|member| member.clone().views(views));
        self.members = members.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// The folder of the checkpoint that the weights are of.
    pub fn checkpoint(&self) -> &Path {
        &self.checkpoint
    }

    /// What is wrong with checkpoints that were passed over, the newest one first: the weights are older than they should be. Empty
    /// where all were whole. Look at it before you serve.
    pub fn passed_over(&self) -> &[TrainError] {
        &self.passed_over
    }

    /// The preprocessing.
    pub fn fitted(&self) -> &Arc<Fitted> {
        &self.blueprint.fitted
    }

    /// The shape of one preprocessed item.
    pub fn input_shape(&self) -> InputShape {
        self.fitted().input_shape()
    }

    /// The columns that a row has, in order; `None` for other inputs than tables.
    pub fn columns(&self) -> Option<&[ColumnSchema]> {
        self.fitted().columns()
    }

    /// What the column of the texts is called in tables and requests; `None` for other inputs than texts.
    pub fn text_column(&self) -> Option<&str> {
        self.fitted().tokenizer().map(|_| self.data.text.as_deref().unwrap_or("text"))
    }

    /// The names of the channels of a series; `None` for other inputs than time series.
    pub fn channels(&self) -> Option<&[String]> {
        self.fitted().channels()
    }

    /// How many steps a model that forecasts looks at; `None` for one that takes series of any length.
    pub fn window(&self) -> Option<usize> {
        self.data.window_steps()
    }

    /// The classes, if classes are predicted.
    pub fn class_names(&self) -> Option<&[String]> {
        self.fitted().class_names()
    }

    /// The columns of numbers, if numbers are predicted; the labels, if their probabilities are.
    pub fn target_names(&self) -> Option<&[String]> {
        self.fitted().target_names().or_else(|| self.fitted().label_names())
    }

    /// Predicts for every item: a class with the probability of each, or numbers in the units of the data.
    ///
    /// # Errors
    /// [`DataError`] for inputs that the preprocessing was not fitted on, and where it is [strict](Predictor::strict)
    /// [`DataError::Unseen`].
    pub fn predict(&self, features: &Features) -> Result<Vec<Prediction<'_>>, ExperimentError> {
        Ok(self.predictions(&self.predict_logits(features)?))
    }

    /// The probabilities of the classes, row-major, `[N, classes]`; `None` where numbers are predicted.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn predict_proba(&self, features: &Features) -> Result<Option<Vec<f32>>, ExperimentError> {
        if self.class_names().is_none() {
            return Ok(None);
        }
        let outputs = self.predict_logits(features)?;
        let probabilities = |logits: &[f64]| self.decision.probabilities(logits);
        Ok(Some(outputs.chunks(self.width()).flat_map(probabilities).collect()))
    }

    /// As [`Predictor::predict`], without the last step: raw outputs (logits) of classes, of two classes perhaps a single
    /// one, and the same numbers. Row-major, `[N, outputs]`.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub fn predict_logits(&self, features: &Features) -> Result<Vec<f64>, ExperimentError> {
        self.must_be_seen(|| self.unseen(features))?;
        let items = features.rows().map_err(DataError::from)?;
        let mut outputs = Vec::with_capacity(items * self.width());
        let at_once = self.input_shape().at_once();
        for start in (0..items).step_by(at_once) {
            let chunk: Vec<usize> = (start..items.min(start + at_once)).collect();
            outputs.extend(self.together(self.outputs_of_each(features, &chunk)?));
        }
        Ok(outputs)
    }

    /// What each model says of `rows`: as [`Predictor::predict_logits`], one list a model.
    pub(crate) fn outputs_of_each(
        &self,
        features: &Features,
        rows: &[usize],
    ) -> Result<Vec<Vec<f64>>, ExperimentError> {
        let of_one = |model: &Self| {
            let inputs = model.fitted().inputs(features, rows, &model.device)?;
            Ok(model.task.predict_logits(&model.model, inputs))
        };
        self.each().iter().map(of_one).collect()
    }

    /// Outputs of an item.
    pub(crate) fn width(&self) -> usize {
        self.blueprint.loss.predictions().max(1)
    }

    pub(super) fn predictions(&self, outputs: &[f64]) -> Vec<Prediction<'_>> {
        let decided = |outputs: &[f64]| Prediction::decided(self.fitted(), outputs, self.decision);
        outputs.chunks(self.width()).map(decided).collect()
    }
}
