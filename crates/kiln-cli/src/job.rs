//! From a checked configuration to the objects that train: device, data, loss, model, trainer.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use kiln_augment::Views;
use kiln_config::{Resolved, RunConfig};
use kiln_core::device::DeviceName;
use kiln_core::{Purpose, Seed, params};
use kiln_data::preprocess::Fitted;
use kiln_data::{Batch, InputShape, Loader, Prepared, Rows, Source, Target};
use kiln_models::{Network, Summary};
use kiln_objective::{BatchPenalties, Constraints, Loss, LossConfig, Penalties, TargetKind};
use kiln_optim::{OptimError, Optimizer, ShapeConfig};
use kiln_train::{Data, Scores, Supervised, TrainError, Trainer, evaluate};

use crate::error::CliError;
use crate::locate::Locate;

/// Items scored or predicted at once.
pub(crate) const AT_ONCE: usize = 500;

/// The task of every run of the command: kiln's own models on kiln's own batches.
pub(crate) type NetworkTask = Supervised<Network>;

/// What is known before any data: the device, and the pool of threads.
pub(crate) fn open_device(resolved: &Resolved) -> Result<Device, CliError> {
    let name: DeviceName = resolved.check()?;
    if let Some(threads) = resolved.config.threads {
        // The pool is one for the process; it can only be set once, and this is the only place that does.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    name.open().map_err(|error| resolved.locate_at("device", error))
}

/// A loss, and the shape of the model that it needs.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    pub(crate) loss: Loss,
    pub(crate) fitted: Arc<Fitted>,
    /// What predictions are averaged over.
    views: Views,
    /// Those on what a batch does.
    penalties: BatchPenalties,
}

impl Shape {
    pub(crate) fn new(resolved: &Resolved, fitted: Arc<Fitted>) -> Result<Self, CliError> {
        let target = match fitted.class_names() {
            Some(names) => TargetKind::Classes(names.len()),
            None => TargetKind::Values(fitted.outputs()),
        };
        let config = resolved.config.loss.clone().unwrap_or_else(|| LossConfig::default_for(target));
        if config.needs_raw_targets() && resolved.config.data.standardize {
            return Err(resolved.locate_at("loss.kind", CliError::StandardizedCounts));
        }
        let loss = config.build(target).map_err(|error| resolved.locate(error))?;
        if loss.is_binary() && matches!(target, TargetKind::Values(_)) {
            // The library takes numbers between 0 and 1; here they would be standardised first.
            let error = CliError::BinaryNumbers { loss: config.name() };
            return Err(resolved.locate_at("loss.kind", error));
        }
        let penalties = BatchPenalties::new(&resolved.config.penalty)
            .map_err(|error| resolved.locate(TrainError::from(error)))?;
        Ok(Self { loss, fitted, views: Views::default(), penalties })
    }

    /// Predicts and scores with augmentation at test time, if there is any.
    pub(crate) fn look_at(&mut self, views: Option<Views>) -> Result<(), CliError> {
        match (views, self.fitted.input_shape()) {
            (Some(_), InputShape::Table(_)) => Err(CliError::ViewsOfTable),
            (views, _) => {
                self.views = views.unwrap_or_default();
                Ok(())
            }
        }
    }

    /// The model with its first weights.
    pub(crate) fn model(&self, resolved: &Resolved, device: &Device) -> Result<Network, CliError> {
        let RunConfig { model, seed, .. } = &resolved.config;
        let seed = Seed::new(*seed).purpose(Purpose::Init);
        model
            .init(self.fitted.input_shape(), self.loss.outputs(), device, seed)
            .map_err(|error| resolved.locate(error))
    }

    pub(crate) fn summary(&self, resolved: &Resolved) -> Result<Summary, CliError> {
        let summary = resolved.config.model.summary(self.fitted.input_shape(), self.loss.outputs());
        summary.map_err(|error| resolved.locate(error))
    }

    pub(crate) fn task(&self) -> NetworkTask {
        Supervised::new(Network::forward, self.loss.clone(), Arc::clone(&self.fitted))
            .views(self.views)
            .penalties(self.penalties.clone())
            .observed(Network::forward_observed)
    }
}

/// Whether no target number is below 0, as counts are.
fn check_counts(prepared: &Prepared) -> Result<(), CliError> {
    let Target::Values { values, names } = &prepared.dataset.target else { return Ok(()) };
    match values.iter().position(|value| *value < 0.0) {
        None => Ok(()),
        Some(at) => Err(CliError::NegativeCount {
            row: at / names.len() + 1,
            column: names[at % names.len()].clone(),
            value: values[at],
        }),
    }
}

/// Everything a training needs.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) resolved: &'a Resolved,
    pub(crate) device: Device,
    pub(crate) prepared: Prepared,
    pub(crate) shape: Shape,
    pub(crate) summary: Summary,
}

impl<'a> Job<'a> {
    /// Opens the device, loads the data and fits the preprocessing.
    pub(crate) fn new(resolved: &'a Resolved) -> Result<Self, CliError> {
        let device = open_device(resolved)?;
        let config = &resolved.config;
        let prepared =
            Prepared::load(&config.data, Seed::new(config.seed)).map_err(|error| resolved.locate(error))?;
        let shape = Shape::new(resolved, Arc::clone(&prepared.fitted))?;
        let summary = shape.summary(resolved)?;
        Ok(Self { resolved, device, prepared, shape, summary })
    }

    pub(crate) fn config(&self) -> &RunConfig {
        &self.resolved.config
    }

    /// What only the data can tell, before a folder is made and an epoch is waited for: whether the penalties and
    /// the groups find parameters, and whether the monitored metric is computed.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        self.train()?;
        if self.config().loss.as_ref().is_some_and(LossConfig::needs_raw_targets) {
            check_counts(&self.prepared).map_err(|error| self.resolved.locate_at("loss.kind", error))?;
        }
        // Which parameters are trainable is known on an autodiff device only.
        let model = self.model()?.train();
        let trainable = params::list(&model);
        let penalties = Penalties::new(&self.config().penalty, &trainable)
            .map_err(|error| self.resolved.locate(error))?;
        if let Some(penalty) = penalties.proximal()
            && !self.config().optim.rule.has_step_size()
        {
            let error = TrainError::from(OptimError::NotProximal { penalty: penalty.to_owned() });
            return Err(self.resolved.locate_at(&format!("{penalty}.proximal"), error));
        }
        Constraints::new(&self.config().constraint, &trainable)
            .map_err(|error| self.resolved.locate(error))?;
        self.check_batch_penalties(&model)?;
        Optimizer::build(&self.config().optim, &params::list(&model))
            .map_err(|error| self.resolved.locate(error))?;
        self.check_convex()?;
        let Prepared { dataset, split, fitted } = &self.prepared;
        let Some(first) = split.validation.first() else { return Ok(()) };
        let one = Rows::new(Arc::clone(dataset), vec![*first], Arc::clone(fitted));
        let metrics = self.scores(&model.valid(), one)?.metrics();
        let monitor = &self.config().train.monitor;
        if metrics.get(monitor).is_none() {
            let known = metrics.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
            let error = TrainError::Monitor { name: monitor.clone(), known };
            return Err(self.resolved.locate_at("train.monitor", error));
        }
        Ok(())
    }

    /// Whether the penalties on what a batch does find layers, and their numbers and schedules are right.
    fn check_batch_penalties(&self, model: &Network) -> Result<(), CliError> {
        let mut penalties = self.shape.penalties.clone();
        if penalties.observes() {
            let Prepared { dataset, split, fitted } = &self.prepared;
            let first = split.train.first().copied().into_iter().collect();
            let one = Rows::new(Arc::clone(dataset), first, Arc::clone(fitted));
            let mut layers = Vec::new();
            for batch in Loader::new(one, 1)?.epoch(0, 0, &self.device) {
                let inputs = batch?.data.inputs;
                model.valid().forward_observed(inputs, None, &mut |layer, _| layers.push(layer.to_owned()));
            }
            penalties.check(&layers).map_err(|error| self.resolved.locate(error))?;
        }
        let mut own = Penalties::new(&self.config().penalty, &params::list(model))
            .map_err(|error| self.resolved.locate(error))?;
        own.plan(1, 1)
            .and_then(|()| penalties.plan(1, 1))
            .map_err(|error| self.resolved.locate(TrainError::from(error)))
    }

    /// What the configuration asks for and the data do not give: each is a line for the user.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let (config, split) = (self.config(), &self.prepared.split);
        let mut warnings = kiln_config::warnings(config);
        for (key, share, part) in [
            ("data.validation", config.data.validation, &split.validation),
            ("data.test", config.data.test, &split.test),
        ] {
            if share > 0.0 && part.is_empty() {
                warnings.push(format!("{key} is {share}, and that is no item: too few items for each class"));
            }
        }
        if split.validation.is_empty()
            && (config.early_stopping.is_some()
                || matches!(config.schedule.shape, ShapeConfig::Plateau { .. }))
        {
            let what =
                if config.early_stopping.is_some() { "early_stopping" } else { "the schedule plateau" };
            warnings.push(format!("without a validation part, {what} has nothing to look at"));
        }
        warnings
    }

    pub(crate) fn model(&self) -> Result<Network, CliError> {
        self.shape.model(self.resolved, &self.device)
    }

    /// The training part, augmented and mixed if the configuration says so.
    pub(crate) fn train(&self) -> Result<Arc<dyn Source<Batch>>, CliError> {
        let RunConfig { augment, mix, .. } = self.config();
        let rows = self.prepared.train();
        if augment.is_none() && mix.is_none() {
            return Ok(Arc::new(rows));
        }
        let augment = augment.clone().unwrap_or_default();
        let source = augment.rows(rows, mix.as_ref());
        Ok(Arc::new(source.map_err(|error| self.resolved.locate(error))?))
    }

    pub(crate) fn data(&self) -> Result<Data<Batch>, CliError> {
        let data = Data::new(self.train()?);
        Ok(match self.prepared.validation() {
            Some(validation) => data.validation(validation),
            None => data,
        })
    }

    /// A trainer with everything but a folder and callbacks.
    pub(crate) fn trainer(&self) -> Trainer<NetworkTask> {
        let config = self.config();
        let mut trainer = Trainer::new(self.shape.task(), config.train.clone())
            .optimizer(config.optim.clone())
            .schedule(config.schedule.clone())
            .gradient(config.gradient.clone())
            .seed(config.seed);
        if let Some(average) = &config.average {
            trainer = trainer.average(average.clone());
        }
        if let Some(momentum) = &config.momentum_schedule {
            trainer = trainer.momentum_schedule(momentum.clone());
        }
        if let Some(decay) = &config.weight_decay_schedule {
            trainer = trainer.weight_decay_schedule(decay.clone());
        }
        for penalty in &config.penalty {
            trainer = trainer.penalty(penalty.clone());
        }
        for constraint in &config.constraint {
            trainer = trainer.constraint(constraint.clone());
        }
        match &config.early_stopping {
            Some(early) => trainer.early_stopping(early.clone()),
            None => trainer,
        }
    }

    /// Scores a model in evaluation mode on some rows.
    pub(crate) fn scores(&self, model: &Network, rows: Rows) -> Result<Scores, CliError> {
        let loader = Loader::new(rows, AT_ONCE)?.prefetch(1);
        Ok(evaluate(&self.shape.task(), model, &loader, &self.device)?)
    }

    /// Optimiser steps of an epoch.
    pub(crate) fn steps_per_epoch(&self) -> Result<u64, CliError> {
        let config = &self.config().train;
        let loader = Loader::new(self.train()?, config.batch_size)?.drop_last(config.drop_last);
        let batches = if config.overfit_batch { 1 } else { loader.batches() };
        Ok(batches.div_ceil(config.accumulate) as u64)
    }
}
