//! What only the data can tell, before a folder is made and an epoch is waited for.

use burn::module::Module;
use kiln_core::{Direction, ParamKind, params};
use kiln_data::{Loader, Prepared, Target};
use kiln_models::Network;
use kiln_objective::{Constraints, LossConfig, Penalties};
use kiln_optim::{OptimError, Optimizer};
use kiln_train::{NotConvex, Shared, TrainError, monitored};

use super::assembly::Job;
use crate::error::{ExperimentError, JobError, Locate, StartError};
use crate::left_out::left_out;

/// Whether no target number is below 0, as counts are.
fn check_counts(prepared: &Prepared) -> Result<(), JobError> {
    let Target::Values { values, names } = &prepared.dataset.target else { return Ok(()) };
    match values.iter().position(|value| *value < 0.0) {
        None => Ok(()),
        Some(at) => Err(JobError::NegativeCount {
            row: at / names.len() + 1,
            column: names[at % names.len()].clone(),
            value: values[at],
        }),
    }
}

impl Job<'_> {
    /// Checks what only the data can tell: whether the penalties and the groups find parameters, whether batch norm has more
    /// than one item to go by, and whether the monitored metric is computed.
    ///
    /// # Errors
    /// The first thing that does not fit, with its line in the configuration.
    pub fn check(&self) -> Result<(), ExperimentError> {
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
            let (penalty, optimiser) = (penalty.to_owned(), self.config().optim.rule.name());
            let error = TrainError::from(OptimError::NotProximal { penalty: penalty.clone(), optimiser });
            return Err(self.resolved.locate_at(&format!("{penalty}.proximal"), error));
        }
        Constraints::new(&self.config().constraint, &trainable)
            .map_err(|error| self.resolved.locate(error))?;
        self.check_batch_penalties(&model)?;
        self.check_start(&model)?;
        self.check_shares(&model)?;
        Optimizer::build(&self.config().optim, &params::list(&model))
            .map_err(|error| self.resolved.locate(error))?;
        let precision = self.trainer().check_precision(&self.device);
        precision.map_err(|error| self.resolved.locate(error))?;
        self.check_convex()?;
        self.check_batches_of(&model)?;
        self.check_monitor(&model)
    }

    /// Whether what is scheduled is there.
    fn check_shares(&self, model: &Network) -> Result<(), ExperimentError> {
        let none_of = |shared: Shared| Err(self.resolved.locate(shared.missing()));
        if self.config().dropout_schedule.is_some() && !model.drops() {
            return none_of(Shared::Dropout);
        }
        if self.config().label_smoothing_schedule.is_some() && self.blueprint.loss.smoothed(1.0).is_none() {
            return none_of(Shared::LabelSmoothing);
        }
        Ok(())
    }

    /// Whether what goes by the start weights has some, and freezes find parameters.
    fn check_start(&self, model: &Network) -> Result<(), ExperimentError> {
        let from_start = self.config().penalty.iter().position(|penalty| penalty.as_kind().needs_start());
        if let (Some(place), None) = (from_start, &self.start) {
            return Err(self.resolved.locate(StartError::NoStart { penalty: format!("penalty.{place}") }));
        }
        if self.config().model.lora.is_some() && self.start.is_none() {
            return Err(self.resolved.locate(StartError::NothingToAdapt));
        }
        let params = params::list(model);
        let lost = self.config().freeze.iter().position(|freeze| freeze.params.unmatched(&params).is_some());
        let key = lost.map_or_else(|| "freeze".to_owned(), |place| format!("freeze.{place}.params"));
        self.trainer().check_freezes(model).map_err(|error| self.resolved.locate_at(&key, error))
    }

    /// Whether batch norm has more than one item to go by in every batch.
    pub(crate) fn check_batches(&self) -> Result<(), ExperimentError> {
        self.check_batches_of(&self.model()?.train())
    }

    fn check_batches_of(&self, model: &Network) -> Result<(), ExperimentError> {
        if self.config().train.solver.is_some() {
            return Ok(());
        }
        let checked = self.trainer().check_batches(model, &self.data()?);
        checked.map_err(|error| self.resolved.locate(error))
    }

    /// Whether a layer keeps running statistics.
    pub(crate) fn has_batch_norm(&self) -> Result<bool, ExperimentError> {
        Ok(params::list(&self.model()?).iter().any(|info| info.kind == ParamKind::Running))
    }

    /// Whether the metric that is watched exists.
    fn check_monitor(&self, model: &Network) -> Result<(), ExperimentError> {
        let Some(first) = self.prepared.split.validation.first() else { return Ok(()) };
        self.monitored(&model.clone().valid(), *first).map(|_| ())
    }

    /// In which direction the metric gets better that trials of a search are judged by.
    ///
    /// # Errors
    /// A metric that is not computed.
    pub(crate) fn objective(&self) -> Result<Direction, ExperimentError> {
        let split = &self.prepared.split;
        let first = split.validation.first().or(split.train.first()).copied().unwrap_or_default();
        self.monitored(&self.model()?.train().valid(), first)
    }

    /// The direction of the metric that is watched, as the row `row` has it.
    fn monitored(&self, model: &Network, row: usize) -> Result<Direction, ExperimentError> {
        let metrics = self.scores_of(&self.task(), model, self.rows(vec![row]))?.metrics();
        let found = monitored(&metrics, &self.config().train.monitor);
        found.map(|(_, direction)| direction).map_err(|error| self.resolved.locate_at("train.monitor", error))
    }

    /// Whether the penalties on what a batch does find layers, and their numbers and schedules are right.
    fn check_batch_penalties(&self, model: &Network) -> Result<(), ExperimentError> {
        let mut penalties = self.blueprint.penalties.clone();
        if penalties.observes() {
            let first = self.prepared.split.train.first().copied().into_iter().collect();
            let mut layers = Vec::new();
            for batch in Loader::new(self.rows(first), 1)?.pass(&self.device) {
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

    /// Whether a solver, or a certificate, that is asked for is for this training.
    fn check_convex(&self) -> Result<(), ExperimentError> {
        let train = &self.config().train;
        if train.solver.is_none() && train.kkt_tolerance.is_none() {
            return Ok(());
        }
        if self.is_augmented() {
            return Err(JobError::AugmentedConvex.into());
        }
        if !self.config().constraint.is_empty() {
            return Err(self.resolved.locate_at("constraint.0", TrainError::from(NotConvex::Constrained)));
        }
        let convex = self.convex()?;
        if let Some(solver) = train.solver {
            convex.check(solver).map_err(|error| self.resolved.locate_at("train.solver", error))
        } else {
            let certifiable = self.trainer().check_certifiable();
            certifiable.map_err(|error| self.resolved.locate(TrainError::from(error)))
        }
    }

    /// The classes that no item of a part has: a model cannot learn them, or its scores do not tell how it does on them.
    fn absent_classes(&self) -> Vec<String> {
        let split = &self.prepared.split;
        let parts = [
            ("training", &split.train, "the model cannot learn it"),
            ("validation", &split.validation, "the scores of that part say nothing of it"),
            ("test", &split.test, "the scores of that part say nothing of it"),
        ];
        let warning = |(part, rows, so): (&str, &Vec<usize>, &str)| {
            let without = self.without(rows).filter(|_| part == "training" || !rows.is_empty())?;
            Some(format!("no {part} item is of the class {without}; {so}"))
        };
        parts.into_iter().filter_map(warning).collect()
    }

    /// The names of the classes that none of these rows is of, a few of them.
    fn without(&self, rows: &[usize]) -> Option<String> {
        const SHOWN: usize = 5;
        let target = &self.prepared.dataset.target;
        let (labels, names) = (target.labels()?, target.class_names()?);
        let mut found = vec![false; names.len()];
        rows.iter().for_each(|&row| found[labels[row] as usize] = true);
        let without = names.iter().zip(found).filter(|(_, found)| !found);
        let without: Vec<String> = without.map(|(name, _)| format!("{name:?}")).collect();
        let shown = without[..without.len().min(SHOWN)].join(", ");
        match without.len().saturating_sub(SHOWN) {
            _ if without.is_empty() => None,
            0 => Some(shown),
            more => Some(format!("{shown} and {more} more")),
        }
    }

    /// What the configuration asks for and the data do not give: each is a line for the user.
    pub fn warnings(&self) -> Vec<String> {
        let (config, split) = (self.config(), &self.prepared.split);
        let mut warnings = kiln_config::warnings(config);
        warnings.extend(left_out(&self.prepared.fitted));
        if !config.data.standardize {
            let coarse = split.train_view(&self.prepared.dataset).coarse_in_f32();
            warnings.extend(coarse.iter().map(|name| {
                format!(
                    "{name:?} varies by too little for how far from 0 it is: the model, in f32, hardly tells its \
                     values apart; set data.standardize = true"
                )
            }));
        }
        for (key, share, part) in [
            ("data.validation", config.data.validation, &split.validation),
            ("data.test", config.data.test, &split.test),
        ] {
            if share > 0.0 && part.is_empty() {
                warnings.push(format!(
                    "{key} is {share}, which is less than one item: there are too few items of each class"
                ));
            }
        }
        warnings.extend(self.absent_classes());
        if split.validation.is_empty() && (config.early_stopping.is_some() || config.schedule.needs_metric())
        {
            let what =
                if config.early_stopping.is_some() { "early_stopping" } else { "the schedule plateau" };
            warnings.push(format!("without a validation part, {what} has nothing to look at"));
        }
        warnings
    }
}
