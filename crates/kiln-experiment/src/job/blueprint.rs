//! What fitted data make of a configuration: the loss, the model, the task.

use std::sync::Arc;

use burn::tensor::Device;
use kiln_augment::Views;
use kiln_config::{Resolved, RunConfig};
use kiln_core::{Purpose, Seed};
use kiln_data::preprocess::Fitted;
use kiln_fit::NetworkTask;
use kiln_models::{Network, Summary};
use kiln_objective::{BatchPenalties, Loss, LossConfig, TargetKind};
use kiln_train::{Supervised, TrainError};

use crate::error::{ExperimentError, JobError, Locate};

/// Where the adapters of a model draw, beside its layers.
const ADAPTERS: u64 = u64::MAX;

/// What the target of fitted data is.
pub(crate) fn target_kind(fitted: &Fitted) -> TargetKind {
    match (fitted.class_names(), fitted.label_names()) {
        (Some(names), _) => TargetKind::Classes(names.len()),
        (None, Some(names)) => TargetKind::Labels(names.len()),
        (None, None) => TargetKind::Values(fitted.outputs()),
    }
}

/// The loss of a configuration: the usual one of the target where it names none.
fn loss_config(resolved: &Resolved, target: TargetKind) -> LossConfig {
    resolved.config.loss.clone().unwrap_or_else(|| LossConfig::default_for(target))
}

/// What fitted data make of a configuration: a loss, and with it the shape of the model.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// The loss.
    pub loss: Loss,
    /// Its settings, with numbers for the weights of classes.
    pub(crate) loss_config: LossConfig,
    /// The preprocessing that inputs go through.
    pub fitted: Arc<Fitted>,
    /// What predictions are averaged over.
    views: Views,
    /// Penalties on what a batch does.
    pub(super) penalties: BatchPenalties,
    /// What logits of classes are divided by.
    pub(crate) temperature: f32,
}

impl Blueprint {
    /// From a configuration and fitted data, to predict with. A loss with `class_weights = "balanced"` counts all classes the
    /// same: what each counts, the training items say.
    ///
    /// # Errors
    /// A loss that is not for the target.
    pub fn new(resolved: &Resolved, fitted: Arc<Fitted>) -> Result<Self, ExperimentError> {
        Self::weighed(resolved, fitted, None)
    }

    /// The same with the training items of each class, by their weights.
    ///
    /// # Errors
    /// As [`Blueprint::new`].
    pub(crate) fn weighed(
        resolved: &Resolved,
        fitted: Arc<Fitted>,
        counts: Option<&[f64]>,
    ) -> Result<Self, ExperimentError> {
        let target = target_kind(&fitted);
        let config = loss_config(resolved, target);
        let config = config.for_classes(fitted.class_names().unwrap_or_default(), counts);
        let config = config.map_err(|error| resolved.locate(error))?;
        if config.needs_raw_targets() && resolved.config.data.standardize {
            return Err(resolved.locate_at("loss.kind", JobError::StandardizedCounts));
        }
        if config.needs_raw_targets() && resolved.config.data.target_transform.is_some() {
            return Err(resolved.locate_at("loss.kind", JobError::TransformedCounts));
        }
        let loss = config.build(target).map_err(|error| resolved.locate(error))?;
        if loss.is_binary() && matches!(target, TargetKind::Values(_)) {
            // The library takes numbers between 0 and 1; here they would be standardised first.
            let error = JobError::BinaryNumbers { loss: config.name() };
            return Err(resolved.locate_at("loss.kind", error));
        }
        let penalties = BatchPenalties::new(&resolved.config.penalty)
            .map_err(|error| resolved.locate(TrainError::from(error)))?;
        Ok(Self { loss, loss_config: config, fitted, views: Views::default(), penalties, temperature: 1.0 })
    }

    /// Predicts and scores by the average over these views of every image, if there are any.
    ///
    /// # Errors
    /// [`JobError::ViewsOfTable`].
    pub fn look_at(&mut self, views: Option<Views>) -> Result<(), ExperimentError> {
        if views.is_some() && self.fitted.input_shape().as_images().is_none() {
            return Err(JobError::ViewsOfTable.into());
        }
        self.views = views.unwrap_or_default();
        Ok(())
    }

    /// The model with its first weights, and with the adapters that the configuration asks for.
    ///
    /// # Errors
    /// A model that is not for these inputs, and adapters that find no layer.
    pub fn model(&self, resolved: &Resolved, device: &Device) -> Result<Network, ExperimentError> {
        self.adapted(resolved, self.plain(resolved, device)?)
    }

    /// `network` with the adapters that the configuration asks for.
    pub(super) fn adapted(&self, resolved: &Resolved, network: Network) -> Result<Network, ExperimentError> {
        let Some(lora) = &resolved.config.model.lora else { return Ok(network) };
        let seed = Seed::new(resolved.config.seed).purpose(Purpose::Init).at(ADAPTERS);
        lora.adapt(network, seed).map_err(|error| resolved.locate(error))
    }

    /// The model with its first weights and nothing added.
    pub(super) fn plain(&self, resolved: &Resolved, device: &Device) -> Result<Network, ExperimentError> {
        let RunConfig { model, seed, .. } = &resolved.config;
        let seed = Seed::new(*seed).purpose(Purpose::Init);
        model.init(&*self.fitted, self.loss.outputs(), device, seed).map_err(|error| resolved.locate(error))
    }

    /// The layers of the model, and how much they compute.
    ///
    /// # Errors
    /// As [`Blueprint::model`].
    pub fn summary(&self, resolved: &Resolved) -> Result<Summary, ExperimentError> {
        let summary = resolved.config.model.summary(&*self.fitted, self.loss.outputs());
        summary.map_err(|error| resolved.locate(error))
    }

    /// How the model learns from a batch and is judged.
    pub fn task(&self) -> NetworkTask {
        Supervised::new(Network::forward, self.loss.clone(), Arc::clone(&self.fitted))
            .views(self.views)
            .penalties(self.penalties.clone())
            .temperature(self.temperature)
            .observed(Network::forward_observed)
            .dropout(Network::with_dropout)
            .lower_precision()
    }
}
