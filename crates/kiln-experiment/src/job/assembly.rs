//! Everything a training needs: device, data, loss, model, trainer.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::{DataSize, Resolved, RunConfig};
use kiln_core::{ParamSelection, Purpose, Seed};
use kiln_data::{Batch, Dataset, Fitted, InputShape, Loader, Precision, Prepared, Rows, Source, Split};
use kiln_fit::{NetworkTask, evaluate};
use kiln_models::{Network, Summary};
use kiln_train::{Data, Freeze, Scores, Trainer};

use super::blueprint::Blueprint;
use super::configured::configured;
use super::device::open_device;
use super::shared_data::SharedData;
use crate::error::{ExperimentError, Locate};
use crate::warm_start::Started;

/// The most training rows that first weights are fitted to.
const FIRST_ROWS: usize = 2048;
/// Where these weights draw, beside the layers of the model.
const FIRST_VALUES: u64 = u64::MAX - 1;

/// Everything a training needs.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::job::Job;
///
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), ..Request::default() })?;
/// let job = Job::load(&resolved)?;
/// job.check()?;
/// let outcome = job.trainer().fit(job.model()?, &job.data()?)?;
/// let test = job.prepared.test().expect("iris has a test part");
/// assert!(job.scores(&outcome.model, test)?.metrics().get("accuracy") > Some(0.5));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The configuration, with what follows from the data [filled in](Resolved::sized).
    pub resolved: Cow<'a, Resolved>,
    /// Where tensors live.
    pub device: Device,
    /// The data, split, with fitted preprocessing.
    pub prepared: Prepared,
    /// The loss, the model and the task.
    pub blueprint: Blueprint,
    /// The layers of the model.
    pub summary: Summary,
    /// The weights that the model starts from, once they are read.
    pub(super) start: Option<Arc<Started>>,
}

impl<'a> Job<'a> {
    /// Opens the device, loads and splits the data and fits the preprocessing, as the configuration says.
    ///
    /// # Errors
    /// Whatever is wrong with the configuration, the device or the data, with its line.
    pub fn load(resolved: &'a Resolved) -> Result<Self, ExperimentError> {
        Self::load_shared(resolved, &SharedData::default())
    }

    /// The same with data that other trainings may have loaded.
    pub(crate) fn load_shared(resolved: &'a Resolved, data: &SharedData) -> Result<Self, ExperimentError> {
        Self::unstarted(resolved, data, None)?.started()
    }

    /// As [`Job::load`], without the weights that a training would start from.
    pub(crate) fn loaded(resolved: &'a Resolved) -> Result<Self, ExperimentError> {
        Self::unstarted(resolved, &SharedData::default(), None)
    }

    /// The same with preprocessing that was fitted before: that of a run with these settings, as its checkpoint has it.
    pub(crate) fn loaded_with(resolved: &'a Resolved, fitted: &Arc<Fitted>) -> Result<Self, ExperimentError> {
        Self::unstarted(resolved, &SharedData::default(), Some(Arc::clone(fitted)))
    }

    fn unstarted(
        resolved: &'a Resolved,
        data: &SharedData,
        fitted: Option<Arc<Fitted>>,
    ) -> Result<Self, ExperimentError> {
        let device = open_device(resolved)?;
        let dataset = data.load(&resolved.config.data).map_err(|error| resolved.locate(error))?;
        let open = dataset.arrangement.fixed_validation.is_empty();
        // What is wrong with the data is said where they are split.
        let items = dataset.target.rows().unwrap_or_default().saturating_sub(dataset.fixed_test.len());
        let tested = if dataset.fixed_test.is_empty() { resolved.config.data.test } else { 0.0 };
        let table = dataset.features.as_table().map(|_| items - (items as f64 * tested).round() as usize);
        let resolved =
            resolved.validated(open.then_some(items), table).map_or(Cow::Borrowed(resolved), Cow::Owned);
        let (config, seed) = (&resolved.config.data, Seed::new(resolved.config.seed));
        let prepared = match fitted {
            Some(fitted) => Prepared::fitted_before(dataset, config, seed, fitted),
            None => Prepared::new(dataset, config, seed),
        };
        let prepared = prepared.map_err(|error| resolved.locate(error))?;
        Self::assemble(resolved, device, prepared)
    }

    /// With data that are loaded, split otherwise than the configuration says. Preprocessing is fitted on the training
    /// part of `split`.
    ///
    /// # Errors
    /// As [`Job::load`].
    pub fn of_split(
        resolved: &'a Resolved,
        device: &Device,
        dataset: &Arc<Dataset>,
        split: Split,
    ) -> Result<Self, ExperimentError> {
        Self::taken(Cow::Borrowed(resolved), device.clone(), dataset, split, Precision::default())?.started()
    }

    /// With everything that is loaded.
    ///
    /// # Errors
    /// A loss or a model that is not for the data.
    pub fn new(resolved: &'a Resolved, device: Device, prepared: Prepared) -> Result<Self, ExperimentError> {
        Self::assemble(Cow::Borrowed(resolved), device, prepared)?.started()
    }

    /// As [`Job::new`], of a configuration that may be the job's own.
    pub(super) fn assemble(
        resolved: Cow<'a, Resolved>,
        device: Device,
        prepared: Prepared,
    ) -> Result<Self, ExperimentError> {
        let size = DataSize {
            items: prepared.split.train.len(),
            validation: prepared.split.validation.len(),
            image: prepared.fitted.input_shape().as_images(),
            classes: prepared.fitted.class_names().is_some(),
            numbers: numbers(&prepared.fitted),
        };
        let sized = resolved.sized(&size);
        let resolved = sized.map_or(resolved, Cow::Owned);
        let counts = class_counts(&prepared);
        let blueprint = Blueprint::weighed(&resolved, Arc::clone(&prepared.fitted), counts.as_deref())?;
        let summary = blueprint.summary(&resolved)?;
        Ok(Self { resolved, device, prepared, blueprint, summary, start: None })
    }

    /// The training items of each class, by their weights; `None` for numbers.
    pub(crate) fn class_counts(&self) -> Option<Vec<f64>> {
        class_counts(&self.prepared)
    }

    /// The same data and model with other settings of the training.
    pub(crate) fn with_settings<'b>(&self, resolved: &'b Resolved) -> Job<'b> {
        let Self { device, prepared, blueprint, summary, start, .. } = self;
        let (device, prepared, start) = (device.clone(), prepared.clone(), start.clone());
        let resolved = Cow::Borrowed(resolved);
        Job { resolved, device, prepared, blueprint: blueprint.clone(), summary: summary.clone(), start }
    }

    /// The configuration without the memory of who set what.
    pub fn config(&self) -> &RunConfig {
        &self.resolved.config
    }

    /// The model with its first weights, or those that it starts from.
    ///
    /// # Errors
    /// A model that is not for these inputs.
    pub fn model(&self) -> Result<Network, ExperimentError> {
        let drawn = self.blueprint.plain(&self.resolved, &self.device)?;
        let network = match &self.start {
            Some(start) => start.apply(drawn)?,
            None if self.config().model.weights.is_none() => self.fitted_to_rows(drawn)?,
            None => return Err(ExperimentError::internal("a job was not started from the weights it names")),
        };
        self.blueprint.adapted(&self.resolved, network)
    }

    /// `network` with first weights for some of the training rows, where its settings ask for that.
    fn fitted_to_rows(&self, network: Network) -> Result<Network, ExperimentError> {
        let config = self.config();
        if !config.model.starts_from_rows() {
            return Ok(network);
        }
        let train = &self.prepared.split.train;
        let count = train.len().min(FIRST_ROWS);
        // Rows of the whole part, because tables are often sorted.
        let rows: Vec<usize> = (0..count).map(|row| train[row * train.len() / count]).collect();
        let features = &self.prepared.dataset.features;
        let inputs = self.blueprint.fitted.inputs(features, &rows, &self.device)?;
        let seed = Seed::new(config.seed).purpose(Purpose::Init).at(FIRST_VALUES);
        Ok(network.fitted_to(inputs, seed))
    }

    /// The training part, augmented and mixed if the configuration says so.
    ///
    /// # Errors
    /// Augmentation that is not for these inputs.
    pub fn train(&self) -> Result<Arc<dyn Source<Batch>>, ExperimentError> {
        let RunConfig { augment, mix, .. } = self.config();
        let rows = self.prepared.train();
        if augment.is_none() && mix.is_none() {
            return Ok(Arc::new(rows));
        }
        let augment = augment.clone().unwrap_or_default();
        let source = augment.rows(rows, mix.as_ref());
        Ok(Arc::new(source.map_err(|error| self.resolved.locate(error))?))
    }

    /// The training part, and the validation part where there is one.
    ///
    /// # Errors
    /// As [`Job::train`].
    pub fn data(&self) -> Result<Data<Batch>, ExperimentError> {
        let data = Data::new(self.train()?);
        Ok(match self.prepared.validation() {
            Some(validation) => data.validation(validation),
            None => data,
        })
    }

    /// A trainer with everything but a folder and callbacks.
    pub fn trainer(&self) -> Trainer<NetworkTask> {
        let config = self.config();
        let mut trainer = configured(self.task(), config);
        if config.model.lora.is_some() {
            // Freezes no more than is frozen, and so only the running statistics of the batch norm that nothing trains.
            trainer = trainer.freeze(Freeze::all_but(ParamSelection::All).statistics());
        }
        if let Some(start) = &self.start {
            trainer = trainer.begin_anew(start.fresh());
        }
        trainer
    }

    /// The preprocessing as it stands in a checkpoint.
    pub(crate) fn fitted_bytes(&self) -> Result<Vec<u8>, ExperimentError> {
        serde_json::to_vec(&*self.blueprint.fitted).map_err(ExperimentError::internal)
    }

    /// Rows of the data, encoded as new ones.
    pub(crate) fn rows(&self, rows: Vec<usize>) -> Rows {
        Rows::new(Arc::clone(&self.prepared.dataset), rows, Arc::clone(&self.prepared.fitted))
    }

    /// Scores a model in evaluation mode on some rows.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn scores(&self, model: &Network, rows: Rows) -> Result<Scores, ExperimentError> {
        self.scores_of(&self.blueprint.task(), model, rows)
    }

    /// As [`Job::scores`], by a task that keeps or scores more.
    pub(super) fn scores_of(
        &self,
        task: &NetworkTask,
        model: &Network,
        rows: Rows,
    ) -> Result<Scores, ExperimentError> {
        let at_once = rows.at_once();
        let loader = Loader::new(rows, at_once)?.prefetch(1);
        Ok(evaluate(task, model, &loader, &self.device)?)
    }

    /// Optimiser steps of an epoch.
    ///
    /// # Errors
    /// A batch size that is out of its range.
    pub fn steps_per_epoch(&self) -> Result<u64, ExperimentError> {
        let config = &self.config().train;
        let loader = Loader::new(self.train()?, config.batch_size)?.drop_last(config.drop_last);
        let batches = if config.overfit_batch { 1 } else { loader.batches() };
        Ok(batches.div_ceil(config.accumulate) as u64)
    }
}

/// Features of a table that are numbers, and not of a category.
fn numbers(fitted: &Fitted) -> usize {
    match fitted.input_shape() {
        InputShape::Table(_) => {
            let groups = fitted.feature_groups();
            groups.iter().filter(|group| group.numeric).map(|group| group.features.len()).sum()
        }
        _ => 0,
    }
}

fn class_counts(prepared: &Prepared) -> Option<Vec<f64>> {
    let (labels, classes) = prepared.dataset.target.strata()?;
    let mut counts = vec![0.0; classes];
    for &row in &prepared.split.train {
        let weight = prepared.dataset.weights.as_ref().map_or(1.0, |weights| weights[row]);
        counts[labels[row] as usize] += weight;
    }
    Some(counts)
}
