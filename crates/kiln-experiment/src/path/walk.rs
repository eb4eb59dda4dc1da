//! One path of trainings: without the penalty, then through rising strengths, each from the weights of the one before.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::TensorData;
use kiln_core::{Direction, Metrics, ParamInfo, ParamKind, Seed, Weights, params};
use kiln_models::Network;
use kiln_objective::Penalties;
use kiln_train::{Data, Sparsity, Stop, sparsity};
use kiln_validate::path::{DenseToSparse, PathError};

use super::judge::{self, metric};
use super::penalty::Moving;
use super::report::LayerLeft;
use crate::error::{ExperimentError, Locate};
use crate::interrupt::Interrupt;
use crate::job::Job;
use crate::observer::{Event, Observer, PathStage, PathStep, tell};

/// The first strength of the search for the largest: with it the penalty of the dense weights is this part of what
/// they take off the loss.
const FIRST: f64 = 0.01;

/// Sets the seeds of the trainings at each strength apart from those of folds.
const STAGES: u64 = 0x7061_7468;

/// What is the same for all trainings.
pub(super) struct Trainings<'a> {
    pub(super) penalty: Moving,
    pub(super) strengths: DenseToSparse,
    /// Epochs at each strength.
    pub(super) epochs: u64,
    pub(super) metric: Option<&'a str>,
    pub(super) interrupt: &'a Interrupt,
    pub(super) observer: &'a dyn Observer,
}

/// One path: what its models are trained on, and what judges them.
pub(super) struct Walk<'a> {
    pub(super) path: &'a Trainings<'a>,
    pub(super) job: Job<'a>,
    pub(super) penalised: Vec<ParamInfo>,
    pub(super) judges: Vec<usize>,
    /// The fold, from 0, and how many there are. `None` for the path of all training items. Folds have a spread of their own;
    /// without them, that over the items is wanted.
    pub(super) fold: Option<[usize; 2]>,
}

/// What one strength leaves behind.
pub(super) struct Stage {
    pub(super) lambda: f64,
    pub(super) left: usize,
    pub(super) metrics: Metrics,
    pub(super) over_items: Option<f64>,
    pub(super) layers: Vec<LayerLeft>,
    /// The columns of a table that the first layer still looks at, where it is penalised.
    pub(super) inputs: Option<Vec<String>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        path: &'a Trainings<'a>,
        job: Job<'a>,
        judges: Vec<usize>,
        fold: Option<[usize; 2]>,
    ) -> Result<Self, ExperimentError> {
        let penalty = path.penalty.at(1.0);
        let own = penalty.build("penalty").map_err(|error| job.resolved.locate(error))?;
        let mut penalised = params::list(&job.model()?.train());
        penalised.retain(|info| {
            penalty.params().is_some_and(|params| params.matches(info))
                && own.as_ref().is_some_and(|own| own.is_for(info))
        });
        Ok(Self { path, job, penalised, judges, fold })
    }

    /// The metric that picks, as a model that has learnt nothing shows it, and in which direction it gets better.
    pub(super) fn metric(&self) -> Result<(String, Direction), ExperimentError> {
        let first = self.judges.first().or(self.job.prepared.split.train.first()).copied();
        let rows: Vec<usize> = first.into_iter().collect();
        let known = judge::metrics(&self.job, &self.job.model()?, &rows)?;
        let name = metric(&known, self.path.metric)?;
        let direction = known.directed(&name)?;
        Ok((name, direction))
    }

    /// Trains without the penalty that moves, then with it, until nothing is left of what it acts on. `None` when it
    /// was asked to stop.
    pub(super) fn until_nothing_is_left(&self) -> Result<Option<(Metrics, Vec<Stage>)>, ExperimentError> {
        let Some(dense) = self.train(None, 0.0, 0)? else { return Ok(None) };
        let metrics = self.say_dense(&dense)?;
        let weights = Weights::of(&dense);
        let first = self.first_strength(&weights)?;
        self.say(PathStep::Searching)?;
        let mut number = 0;
        let most = self.path.strengths.lambda_max(&weights, first, |from, lambda| {
            number += 1;
            let Some(model) = self.train(Some(from), lambda, number)? else { return Ok(None) };
            let weights = Weights::of(&model);
            let left = self.left(&weights);
            self.say(PathStep::Tried { lambda, left })?;
            Ok::<_, ExperimentError>(Some((weights, left)))
        })?;
        let Some(most) = most else { return Ok(None) };
        let stages = self.stages(weights, &self.path.strengths.onwards(most)?)?;
        match stages.as_deref() {
            Some([.., Stage { lambda, left, .. }]) if *left > 0 => {
                let (lambda, left) = (*lambda, *left);
                Err(PathError::NeverZero { lambda, left }.into())
            }
            _ => Ok(stages.map(|stages| (metrics, stages))),
        }
    }

    /// Trains along strengths that are known; the metrics without the penalty, and at each of them.
    pub(super) fn along(&self, lambdas: &[f64]) -> Result<Option<(Metrics, Vec<Metrics>)>, ExperimentError> {
        let Some((metrics, stages)) = self.through(lambdas)? else { return Ok(None) };
        let mut along: Vec<Metrics> = stages.into_iter().map(|stage| stage.metrics).collect();
        // Where nothing is left before the end, larger strengths change nothing.
        if let Some(last) = along.last().cloned() {
            along.resize(lambdas.len(), last);
        }
        Ok(Some((metrics, along)))
    }

    /// The same with all that each strength leaves behind.
    pub(super) fn through(&self, lambdas: &[f64]) -> Result<Option<(Metrics, Vec<Stage>)>, ExperimentError> {
        let Some(dense) = self.train(None, 0.0, 0)? else { return Ok(None) };
        let metrics = self.say_dense(&dense)?;
        Ok(self.stages(Weights::of(&dense), lambdas)?.map(|stages| (metrics, stages)))
    }

    fn stages(&self, dense: Weights, lambdas: &[f64]) -> Result<Option<Vec<Stage>>, ExperimentError> {
        // The search before has fewer.
        let mut number = 1000;
        let fit = self.path.strengths.fit(dense, lambdas.iter().copied(), |from, lambda| {
            number += 1;
            let Some(model) = self.train(Some(from), lambda, number)? else { return Ok(None) };
            let weights = Weights::of(&model);
            let left = self.left(&weights);
            let (metrics, over_items) = self.judge(&model)?;
            let score = metric(&metrics, self.path.metric).ok();
            let score = score.as_deref().and_then(|name| Some((name, metrics.get(name)?)));
            self.say(PathStep::Trained { lambda, left, score })?;
            let (layers, inputs) = (self.layers(&weights), self.inputs(&weights)?);
            let stage = Stage { lambda, left, metrics, over_items, layers, inputs };
            Ok::<_, ExperimentError>(Some((weights, left, stage)))
        })?;
        Ok(fit.map(|points| points.into_iter().map(|(_, stage)| stage).collect()))
    }

    /// The model after a training that begins at `from`, or at first weights; `None` when it was asked to stop.
    fn train(
        &self,
        from: Option<&Weights>,
        lambda: f64,
        number: u64,
    ) -> Result<Option<Network>, ExperimentError> {
        let mut resolved = self.job.resolved.clone().into_owned();
        let config = &mut resolved.config;
        config.penalty = self.path.penalty.among(&config.penalty, lambda);
        // What holds the weights back is the penalty alone, and the last ones count: they are the sparse ones.
        config.early_stopping = None;
        if number > 0 {
            config.seed = Seed::new(config.seed).at(STAGES).at(number).value() >> 1;
            config.train.epochs = self.path.epochs;
            config.train.steps = None;
            config.schedule.warmup = 0.0;
        }
        let mut model = self.job.model()?;
        if let Some(weights) = from {
            model = weights.apply(model)?;
        }
        let job = self.job.with_settings(&resolved);
        let mut trainer = job.trainer().stop_flag(Arc::clone(&self.path.interrupt.flag));
        let outcome = kiln_fit::fit(&mut trainer, model, &Data::new(job.train()?))?;
        Ok((outcome.stop != Stop::Interrupted).then_some(outcome.model))
    }

    /// Where the search for the largest strength begins: far below it, at a penalty that hardly matters beside what
    /// the weights do for the loss.
    fn first_strength(&self, dense: &Weights) -> Result<f64, ExperimentError> {
        let penalties = Penalties::new(&[self.path.penalty.at(1.0)], &self.penalised)
            .map_err(|error| self.job.resolved.locate(error))?;
        let with = |weights: &Weights| Ok::<_, ExperimentError>(weights.apply(self.job.model()?)?);
        let value = penalties.value(&with(dense)?.train());
        let size = value.map_or(0.0, |value| value.into_data().iter::<f64>().sum());
        let mut none = dense.clone();
        for info in &self.penalised {
            if let Some(data) = dense.get(&info.path) {
                let zeros = vec![0.0f32; data.num_elements()];
                none.insert(
                    info.path.clone(),
                    TensorData::new(zeros, data.shape().clone()).convert_dtype(data.dtype()),
                );
            }
        }
        let loss = |weights: &Weights| {
            let scores = self.job.scores(&with(weights)?.valid(), self.job.prepared.train())?;
            Ok::<_, ExperimentError>(scores.metrics().get("loss").unwrap_or(f64::NAN))
        };
        let (with, without) = (loss(dense)?, loss(&none)?);
        // Weights that are no better than none: then a part of the loss itself.
        let worth = if without > with { without - with } else { without.abs() };
        let first = FIRST * worth / size;
        Ok(if first.is_finite() && first > 0.0 { first } else { 1e-6 })
    }

    fn judge(&self, model: &Network) -> Result<(Metrics, Option<f64>), ExperimentError> {
        if self.judges.is_empty() {
            return Ok((Metrics::default(), None));
        }
        let metrics = judge::metrics(&self.job, model, &self.judges)?;
        let name = metric(&metrics, self.path.metric)?;
        let spread = || judge::standard_error(&self.job, model, &self.judges, &name);
        let over_items = if self.fold.is_none() { Some(spread()?) } else { None };
        Ok((metrics, over_items))
    }

    /// Penalised numbers that are not zero.
    fn left(&self, weights: &Weights) -> usize {
        let of = |info: &ParamInfo| {
            weights
                .get(&info.path)
                .map_or(0, |data| data.iter::<f64>().filter(|weight| *weight != 0.0).count())
        };
        self.penalised.iter().map(of).sum()
    }

    /// What is left of each matrix and of each layer's filters.
    fn layers(&self, weights: &Weights) -> Vec<LayerLeft> {
        let with_inputs = |zeros: Sparsity| {
            let dims = self.penalised.iter().find(|info| info.path == zeros.path).map(|info| &info.dims);
            // Burn's matrices are [inputs, outputs], its filters [outputs, inputs, …].
            let inputs = match dims.map(Vec::as_slice) {
                Some([inputs, _]) | Some([_, inputs, ..]) => *inputs,
                _ => 0,
            };
            LayerLeft { zeros, inputs }
        };
        sparsity(weights, &self.penalised).into_iter().map(with_inputs).collect()
    }

    /// The names of the columns whose rows in the first matrix of the model are not zero.
    fn inputs(&self, weights: &Weights) -> Result<Option<Vec<String>>, ExperimentError> {
        let Some(names) = self.job.blueprint.fitted.feature_names() else { return Ok(None) };
        let model = params::list(&self.job.model()?);
        let first = model.into_iter().find(|info| info.kind == ParamKind::Weight);
        let first = first.filter(|first| self.penalised.iter().any(|info| info.path == first.path));
        let Some((first, [inputs, outputs])) = first.as_ref().and_then(|info| match info.dims[..] {
            [inputs, outputs] => Some((info, [inputs, outputs])),
            _ => None,
        }) else {
            return Ok(None);
        };
        let Some(data) = weights.get(&first.path).filter(|_| inputs == names.len()) else { return Ok(None) };
        let numbers: Vec<f64> = data.iter::<f64>().collect();
        let used = names.into_iter().zip(numbers.chunks(outputs));
        let used = used.filter(|(_, row)| row.iter().any(|weight| *weight != 0.0));
        Ok(Some(used.map(|(name, _)| name).collect()))
    }

    fn say_dense(&self, model: &Network) -> Result<Metrics, ExperimentError> {
        let (metrics, _) = self.judge(model)?;
        self.say(PathStep::Dense { left: self.left(&Weights::of(model)) })?;
        Ok(metrics)
    }

    /// The penalty with λ in place of a strength, and what it acts on.
    pub(super) fn formula(&self) -> Result<String, ExperimentError> {
        let penalties = Penalties::new(&[self.path.penalty.at(1.0)], &self.penalised)
            .map_err(|error| self.job.resolved.locate(error))?;
        let line = penalties.describe().concat();
        let line = line.strip_suffix(", proximal").unwrap_or(&line);
        Ok(line.replacen("1 ·", "λ ·", 1))
    }

    fn say(&self, did: PathStep<'_>) -> Result<(), ExperimentError> {
        tell(self.path.observer, &Event::PathStage(&PathStage { fold: self.fold, did }))
    }
}
