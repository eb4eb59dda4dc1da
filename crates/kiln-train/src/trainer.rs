//! The trainer: what to train with.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_objective::{AnyConstraint, AnyPenalty, PenaltyConfig, PenaltyTerm};
use kiln_optim::{AdamConfig, AnySchedule, AverageConfig, GradientConfig, OptimizerConfig, OwnRule};
use kiln_ranks::Ranks;

use crate::callback::Named;
use crate::checkpoint::CheckpointStore;
use crate::log::MetricsLog;
use crate::progress::Progress;
use crate::shards::PassesAtOnce;
use crate::shared::ShareSchedules;
use crate::{Callback, CheckpointConfig, EarlyStoppingConfig, Freeze, PartOptimizer, Task, TrainConfig};

/// Trains a model: see [`Trainer::fit`].
///
/// Defaults: Adam with PyTorch's settings, a constant learning rate, no penalty, 20 epochs of batches of 64, seed 0,
/// nothing written to disk.
pub struct Trainer<T: Task> {
    pub(crate) task: T,
    pub(crate) config: TrainConfig,
    pub(crate) optim: OptimizerConfig,
    pub(crate) own_rule: Option<OwnRule>,
    pub(crate) parts: Vec<PartOptimizer>,
    pub(crate) schedule: AnySchedule,
    pub(crate) momentum_schedule: Option<AnySchedule>,
    pub(crate) weight_decay_schedule: Option<AnySchedule>,
    pub(crate) shares: ShareSchedules,
    pub(crate) penalties: Vec<PenaltyConfig>,
    pub(crate) own_penalties: Vec<PenaltyTerm>,
    pub(crate) constraints: Vec<AnyConstraint>,
    pub(crate) freezes: Vec<Freeze>,
    /// Paths of the parameters that begin with drawn values.
    pub(crate) fresh: Vec<String>,
    pub(crate) gradient: GradientConfig,
    pub(crate) average: Option<AverageConfig>,
    pub(crate) early_stopping: Option<EarlyStoppingConfig>,
    pub(crate) checkpoint: CheckpointConfig,
    pub(crate) store: Option<CheckpointStore>,
    pub(crate) defer: Duration,
    pub(crate) writes_end: bool,
    pub(crate) log: Option<MetricsLog>,
    pub(crate) callbacks: Vec<Box<dyn Callback>>,
    pub(crate) allowed: Vec<String>,
    pub(crate) seed: Seed,
    pub(crate) device: Option<Device>,
    pub(crate) seed_number: u64,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) side_by_side: bool,
    pub(crate) ranks: Option<Ranks>,
    pub(crate) passes_at_once: Option<PassesAtOnce<T>>,
}

impl<T: Task> std::fmt::Debug for Trainer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("config", &self.config)
            .field("optim", &self.optim)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

impl<T: Task> Trainer<T> {
    /// A trainer with the defaults named above.
    pub fn new(task: T, config: TrainConfig) -> Self {
        Self {
            task,
            config,
            optim: AdamConfig::default().into(),
            own_rule: None,
            parts: Vec::new(),
            schedule: AnySchedule::default(),
            momentum_schedule: None,
            weight_decay_schedule: None,
            shares: ShareSchedules::default(),
            penalties: Vec::new(),
            own_penalties: Vec::new(),
            constraints: Vec::new(),
            freezes: Vec::new(),
            fresh: Vec::new(),
            gradient: GradientConfig::default(),
            average: None,
            early_stopping: None,
            checkpoint: CheckpointConfig::default(),
            store: None,
            defer: Duration::ZERO,
            writes_end: false,
            log: None,
            callbacks: Vec::new(),
            allowed: Vec::new(),
            seed: Seed::new(0),
            device: None,
            seed_number: 0,
            stop: Arc::default(),
            side_by_side: false,
            ranks: None,
            passes_at_once: None,
        }
    }

    /// The task.
    pub fn task(&self) -> &T {
        &self.task
    }

    /// Replaces the settings of the loop.
    pub fn config(mut self, config: TrainConfig) -> Self {
        self.config = config;
        self
    }

    /// The optimiser and its learning rate: the settings of one, such as [`AdamConfig`], or with groups and wrappers an
    /// [`OptimizerConfig`].
    pub fn optimizer(mut self, optim: impl Into<OptimizerConfig>) -> Self {
        self.optim = optim.into();
        self
    }

    /// Adds one of several optimisers, in place of [`Trainer::optimizer`]: for the parameters at or below the path `name`, unless
    /// [`PartOptimizer::params`] says for which. Every trainable parameter must be one optimiser's, or
    /// [frozen](Trainer::freeze) to the end.
    ///
    /// In each step the optimisers take their turns in the order in which they were added: the [loss](Task::loss_for) of the
    /// first on the batch, its gradient with respect to its own parameters, its update; then the second, with the model as
    /// the first left it. Nothing of the others is moved, neither by decay nor by penalties. Schedules go by the steps of the
    /// training, whether or not an optimiser made one. Batches that are [accumulated](TrainConfig::accumulate) are kept until each optimiser had
    /// its turn. The training metrics are `loss.NAME`, and `loss` is their sum.
    ///
    /// ```
    /// use kiln_optim::{AdamConfig, SgdConfig};
    /// # use kiln_train::{Task, TrainConfig, Trainer};
    /// # fn two<T: Task>(task: T) -> Trainer<T> {
    /// Trainer::new(task, TrainConfig::default())
    ///     .optimizer_for("discriminator", SgdConfig { lr: 0.01, ..SgdConfig::default() })
    ///     .optimizer_for("generator", AdamConfig { lr: 2e-4, ..AdamConfig::default() })
    /// # }
    /// ```
    pub fn optimizer_for(mut self, name: &str, optimizer: impl Into<PartOptimizer>) -> Self {
        self.parts.push(PartOptimizer { name: name.to_owned(), ..optimizer.into() });
        self
    }

    /// An update rule of one's own in place of that of [`Trainer::optimizer`], whose groups and wrappers stay.
    pub fn optimizer_rule(mut self, rule: OwnRule) -> Self {
        self.own_rule = Some(rule);
        self
    }

    /// How the learning rate changes: settings, which move that of the optimiser, or a schedule of one's own, which is the
    /// rate, such as a [`kiln_optim::ScheduleFn`].
    pub fn schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.schedule = schedule.into();
        self
    }

    /// How the momentum, or the first beta, of the optimiser changes. Default: not at all, but for a schedule of the
    /// learning rate with `cycle_momentum`.
    pub fn momentum_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.momentum_schedule = Some(schedule.into());
        self
    }

    /// How the weight decay of the optimiser changes. Default: not at all.
    pub fn weight_decay_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.weight_decay_schedule = Some(schedule.into());
        self
    }

    /// Adds a penalty λ·R(θ) to the objective: settings, such as a [`kiln_objective::L2Config`], or a penalty of one's own,
    /// such as a [`kiln_objective::Custom`], which acts after those of settings. One on what a batch does is the task's:
    /// [`Supervised::penalties`](crate::Supervised::penalties).
    pub fn penalty(mut self, penalty: impl Into<AnyPenalty>) -> Self {
        match penalty.into() {
            AnyPenalty::Config(config) => self.penalties.push(config),
            AnyPenalty::Own(term) => self.own_penalties.push(term),
        }
        self
    }

    /// Adds a constraint, where weights must lie after every update: settings, such as a
    /// [`kiln_objective::MaxNormConfig`], or one of one's own, which is a [`kiln_objective::ConstraintKind`].
    pub fn constraint(mut self, constraint: impl Into<AnyConstraint>) -> Self {
        self.constraints.push(constraint.into());
        self
    }

    /// What is done to the gradient beside the clipping of [`TrainConfig`].
    pub fn gradient(mut self, config: GradientConfig) -> Self {
        self.gradient = config;
        self
    }

    /// Averages the weights besides. Validation, early stopping and the best weights go by the average unless told
    /// otherwise.
    pub fn average(mut self, config: AverageConfig) -> Self {
        self.average = Some(config);
        self
    }

    /// Stops when the metric that [`TrainConfig::monitor`] names no longer improves on the [validation part](crate::Data::validation), which
    /// there must be. [`Outcome::model`](crate::Outcome::model) has the best weights, not the last.
    pub fn early_stopping(mut self, config: EarlyStoppingConfig) -> Self {
        self.early_stopping = Some(config);
        self
    }

    /// Writes `metrics.jsonl` and `checkpoints/` into `folder`, which must exist.
    pub fn run_dir(mut self, folder: impl Into<PathBuf>, config: CheckpointConfig) -> Self {
        let folder = folder.into();
        self.store = Some(CheckpointStore::new(folder.join("checkpoints"), config.keep));
        self.log = Some(MetricsLog::new(folder.join("metrics.jsonl")));
        self.checkpoint = config;
        self
    }

    /// Writes no checkpoint for so long: a run that ends or is killed before leaves none, and a resume starts over, to the
    /// same end. For many short runs, such as the folds of a cross-validation. Default 0.
    pub fn checkpoints_after(mut self, duration: Duration) -> Self {
        self.defer = duration;
        self
    }

    /// With [`Trainer::checkpoints_after`]: how a run ends, or stands when it is asked to stop, is written however early that is.
    pub fn write_end(mut self) -> Self {
        self.writes_end = true;
        self
    }

    /// Adds a file to every checkpoint, such as fitted preprocessing. Without [`Trainer::run_dir`] nothing happens.
    pub fn attach(mut self, name: &str, contents: Vec<u8>) -> Self {
        self.store = self.store.map(|store| store.attach(name, contents));
        self
    }

    /// Adds a callback; callbacks are called in the order they were added.
    pub fn callback(mut self, callback: impl Callback + 'static) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// As [`Trainer::callback`], with a name that its state is saved under: for two callbacks of one type that both save.
    pub fn callback_named(self, key: &str, callback: impl Callback + 'static) -> Self {
        self.callback(Named { key: key.to_owned(), callback })
    }

    /// Shows on standard error how far the training is: a line for each epoch, and on a terminal one that moves with the steps
    /// and says how long it will take.
    pub fn progress(self) -> Self {
        self.callback(Progress::stderr())
    }

    /// What [`Trainer::resume`] may find changed, by name: a setting (`optim.lr`) or a whole section (`schedule`, `data`,
    /// `callbacks`), as the error names them that it gives otherwise. The run goes on with what is set now.
    ///
    /// What the run so far would have been the same with needs no name: more epochs or steps under a schedule that does not
    /// depend on them, more patience, another limit of time, other threads, checkpoints and devices.
    pub fn allow_changes<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.allowed.extend(names.into_iter().map(Into::into));
        self
    }

    /// The seed that everything random derives from. Default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        (self.seed, self.seed_number) = (Seed::new(seed), seed);
        self
    }

    /// The device that [`Trainer::fit_with`] makes the model on. Default: that of
    /// [`DeviceName::Auto`](kiln_core::device::DeviceName::Auto). [`Trainer::fit`] trains where the model is that it is given.
    pub fn device(mut self, device: Device) -> Self {
        self.device = Some(device);
        self
    }

    /// A flag that ends training after the current step, with a checkpoint, as soon as it is true.
    pub fn stop_flag(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }
}
