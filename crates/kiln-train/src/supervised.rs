//! The task for kiln's own batches: inputs, targets, a loss, and the usual metrics.

mod at_batch;
mod heads;
mod host;
mod own_metrics;
mod predict;
mod shares;

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_augment::Views;
use kiln_core::{Metric, Purpose, Seed};
use kiln_data::preprocess::Fitted;
use kiln_data::{Batch, DataError, Inputs, Targets};
use kiln_objective::{BatchPenalties, Loss, LossConfig, ObjectiveError, TargetKind};

use crate::scores::OfWhole;
use crate::{Scores, Shared, Task, TrainError};
use at_batch::AtBatch;
use heads::full;
pub use shares::ScaleDropout;

/// A model's forward pass: inputs, and a seed in training (`None` in evaluation), to raw outputs `[N, outputs]`.
pub type Forward<M> = dyn Fn(&M, Inputs, Option<Seed>) -> Tensor<2> + Send + Sync;

/// As [`Forward`], and gives the outputs of every hidden layer, `[N, features]`, with its path to a function.
pub type Observed<M> =
    dyn Fn(&M, Inputs, Option<Seed>, &mut dyn FnMut(&str, &Tensor<2>)) -> Tensor<2> + Send + Sync;

/// Supervised learning with a model that maps [`Inputs`] to raw outputs.
///
/// Scores `loss`; for classes accuracy, top-5 accuracy (with more than 5 classes), macro F1 and log-loss; for numbers
/// MSE, MAE and R², in the units of the data; for labels accuracy (all labels of an item right), Hamming loss, macro and micro F1. Items with a weight ([`Batch::weights`]) count that much in the loss and in
/// all metrics, as with scikit-learn's `sample_weight`: the loss of a batch is `Σ wᵢ lᵢ / Σ wᵢ`, and so is that of several
/// batches that are accumulated into one step, and the training loss of an epoch.
///
/// A model may predict several times for an item, `[heads · N, outputs]`, one head after another: each head learns from every item, and
/// a prediction is the mean of their probabilities, or numbers.
///
/// The forward pass is a method of the model or any closure, which may hold what it needs:
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use kiln_core::Seed;
/// use kiln_data::{DataConfig, Inputs, Prepared};
/// use kiln_objective::{LossConfig, TargetKind};
/// use kiln_train::Supervised;
///
/// let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
/// let target = TargetKind::Classes(3);
/// let loss = LossConfig::default_for(target).build(target)?;
/// let temperature = 0.5;
/// let forward = move |model: &Linear, inputs: Inputs, _: Option<Seed>| {
///     model.forward(inputs.flat()).div_scalar(temperature)
/// };
/// let task = Supervised::new(forward, loss, iris.fitted.clone());
/// let model = LinearConfig::new(4, 3).init(&Default::default());
/// let inputs = iris.fitted.inputs(&iris.dataset.features, &[0, 1], &Default::default())?;
/// assert_eq!(task.predict(&model, inputs).len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Supervised<M> {
    forward: Arc<Forward<M>>,
    loss: Loss,
    fitted: Arc<Fitted>,
    views: Views,
    penalties: BatchPenalties,
    observed: Option<Arc<Observed<M>>>,
    metrics: Vec<(Metric, OfWhole)>,
    keeps_outputs: bool,
    temperature: f32,
    lower: bool,
    now: shares::Now<M>,
}

impl<M> Supervised<M> {
    /// A task with a loss and the preprocessing that the batches went through.
    pub fn new(
        forward: impl Fn(&M, Inputs, Option<Seed>) -> Tensor<2> + Send + Sync + 'static,
        loss: Loss,
        fitted: Arc<Fitted>,
    ) -> Self {
        let (views, penalties) = (Views::default(), BatchPenalties::default());
        Self {
            forward: Arc::new(forward),
            loss,
            fitted,
            views,
            penalties,
            observed: None,
            metrics: Vec::new(),
            keeps_outputs: false,
            temperature: 1.0,
            lower: false,
            now: shares::Now::default(),
        }
    }

    /// A task with the usual loss of the target: cross-entropy for classes, which takes one logit a class, and the mean
    /// squared error for numbers. The model has as many outputs as [`Fitted::outputs`] says.
    ///
    /// # Errors
    /// [`ObjectiveError`] for a target that no loss is for.
    pub fn with_default_loss(
        forward: impl Fn(&M, Inputs, Option<Seed>) -> Tensor<2> + Send + Sync + 'static,
        fitted: Arc<Fitted>,
    ) -> Result<Self, ObjectiveError> {
        let target = match (fitted.class_names(), fitted.label_names()) {
            (Some(names), _) => TargetKind::Classes(names.len()),
            (None, Some(names)) => TargetKind::Labels(names.len()),
            (None, None) => TargetKind::Values(fitted.outputs()),
        };
        Ok(Self::new(forward, LossConfig::default_for(target).build(target)?, fitted))
    }

    /// Predicts and scores by the [average](Loss::average) over these views of every image. Training sees the images as they
    /// are, and tables have no views. Default: the image alone.
    #[must_use]
    pub fn views(mut self, views: Views) -> Self {
        self.views = views;
        self
    }

    /// Predicts and scores classes by logits that are divided by this, greater than 0: temperature scaling, for a model that has been
    /// trained. Only probabilities and the log-loss change; `loss` stays that of training. Default 1.
    #[must_use]
    pub fn temperature(mut self, temperature: f32) -> Self {
        self.temperature = temperature;
        self
    }

    /// Says that the model [takes weights in a lower type](Task::takes_lower_weights), as kiln's own do. Default: not said.
    #[must_use]
    pub fn lower_precision(mut self) -> Self {
        self.lower = true;
        self
    }

    /// How the model gets a share of the probability of each dropout, `[0, 1]`, for
    /// [`Trainer::dropout_schedule`](crate::Trainer::dropout_schedule): `kiln_models::Network::with_dropout` for kiln's own models. Default: not known.
    #[must_use]
    pub fn dropout(mut self, scale: impl Fn(M, f64) -> M + Send + Sync + 'static) -> Self {
        self.now.scale = Some(Arc::new(scale));
        self
    }

    /// Adds penalties on what a batch does in the model to the training loss. Penalties on parameters are the trainer's.
    ///
    /// The training loss that is reported has them in it, because they depend on the batch; scores have not.
    #[must_use]
    pub fn penalties(mut self, penalties: BatchPenalties) -> Self {
        self.penalties = penalties;
        self
    }

    /// How the hidden layers are seen, for activity penalties: `kiln_models::Network::forward_observed` for
    /// kiln's own models.
    #[must_use]
    pub fn observed(
        mut self,
        observed: impl Fn(&M, Inputs, Option<Seed>, &mut dyn FnMut(&str, &Tensor<2>)) -> Tensor<2>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.observed = Some(Arc::new(observed));
        self
    }
}

// By hand, because a derive would ask for `M: Clone`.
impl<M> Clone for Supervised<M> {
    fn clone(&self) -> Self {
        Self {
            forward: Arc::clone(&self.forward),
            loss: self.loss.clone(),
            fitted: Arc::clone(&self.fitted),
            views: self.views,
            penalties: self.penalties.clone(),
            observed: self.observed.clone(),
            metrics: self.metrics.clone(),
            keeps_outputs: self.keeps_outputs,
            temperature: self.temperature,
            lower: self.lower,
            now: self.now.clone(),
        }
    }
}

impl<M> std::fmt::Debug for Supervised<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supervised").field("loss", &self.loss).finish_non_exhaustive()
    }
}

impl<M: Module> Task for Supervised<M> {
    type Model = M;
    type Batch = Batch;

    fn loss(&self, model: &M, batch: Batch, seed: Seed) -> Tensor<1> {
        let scaled = self.now.model(model);
        let model = scaled.as_ref().unwrap_or(model);
        let mut activity: Option<Tensor<1>> = None;
        let outputs = match self.observed.as_ref().filter(|_| self.penalties.observes()) {
            None => full((self.forward)(model, batch.inputs.clone(), Some(seed))),
            Some(observed) => {
                full(observed(model, batch.inputs.clone(), Some(seed), &mut |layer, outputs| {
                    let own = self.penalties.observe(layer, &full(outputs.clone()));
                    activity = [activity.take(), own].into_iter().flatten().reduce(Tensor::add);
                }))
            }
        };
        let of_batch = self.now.loss(&self.loss);
        let loss = heads::loss(of_batch, outputs, &batch);
        if self.penalties.is_empty() {
            return loss;
        }
        let pass = |inputs| (self.forward)(model, inputs, Some(seed));
        let view = AtBatch { pass: &pass, loss: of_batch, batch: &batch };
        let inputs = self.penalties.value(&view, seed.purpose(Purpose::Penalty));
        [activity, inputs].into_iter().flatten().fold(loss, Tensor::add)
    }

    fn takes_lower_weights(&self) -> bool {
        self.lower
    }

    fn weight(&self, batch: &Batch) -> Option<Tensor<1>> {
        self.loss.weight(&batch.targets, batch.weights.as_ref())
    }

    fn plan(&mut self, steps_per_epoch: u64, steps: u64) -> Result<(), TrainError> {
        if self.penalties.observes() && self.observed.is_none() {
            let (penalty, wanted) = ("an activity penalty".to_owned(), "any path".to_owned());
            return Err(ObjectiveError::NoLayer { penalty, wanted, layers: Vec::new() }.into());
        }
        let shape = self.fitted.input_shape();
        if self.penalties.needs_numbers() && !shape.is_numeric() {
            return Err(DataError::NotNumeric { found: shape.noun() }.into());
        }
        Ok(self.penalties.plan(steps_per_epoch, steps)?)
    }

    fn set_step(&mut self, step: u64) {
        self.penalties.set_step(step);
    }

    fn set_share(&mut self, of: Shared, share: f64) -> Result<(), TrainError> {
        self.now.set(of, share, &self.loss)
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!({
            "loss": format!("{:?}", self.loss),
            "views": format!("{:?}", self.views),
            "penalties": self.penalties.describe(),
        })
    }

    fn score(&self, model: &M, batch: Batch, scores: &mut Scores) {
        self.score_outputs(self.outputs(model, batch.inputs.clone()), batch, scores);
    }

    fn outputs(&self, model: &M, batch: &Batch) -> Option<Tensor<2>> {
        Some(self.outputs(model, batch.inputs.clone()))
    }

    fn score_outputs(&self, outputs: Tensor<2>, batch: Batch, scores: &mut Scores) {
        let (sum, weight) = self.loss.totals(outputs.clone(), &batch.targets, batch.weights.as_ref());
        let loss = host::to_host(Tensor::cat(vec![sum, weight], 0));
        scores.add_sum("loss", f64::from(loss[0]), f64::from(loss[1]));
        let weights = batch.weights.map(host::to_host);
        let outputs = self.loss.predict(outputs);
        let width = outputs.dims()[1];
        let outputs = host::to_host(self.tempered(outputs));
        match batch.targets {
            Targets::Classes(labels) => {
                let labels: Vec<u32> = labels.into_data().iter::<i64>().map(|label| label as u32).collect();
                scores.add_weighted_classes(&outputs, &labels, weights.as_deref(), width.max(2));
                self.keep(&outputs, &labels, weights.as_deref(), scores);
            }
            Targets::Values(values) if self.fitted.label_names().is_some() => {
                let values = host::to_host(values);
                scores.add_weighted_labels(&outputs, &values, weights.as_deref(), width);
                self.keep(&outputs, &values, weights.as_deref(), scores);
            }
            Targets::Values(values) => {
                let (outputs, values) =
                    (self.fitted.unscale(&outputs), self.fitted.unscale(&host::to_host(values)));
                scores.add_weighted_values(&outputs, &values, weights.as_deref(), width);
                self.keep(&outputs, &values, weights.as_deref(), scores);
            }
            // Of other targets the loss alone is known.
            _ => {}
        }
    }
}
