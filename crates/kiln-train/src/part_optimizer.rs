//! One of several optimisers of a training: which parameters are its own, and what it does not share with the others.

use kiln_core::ParamSelection;
use kiln_optim::{AnySchedule, GradientConfig, OptimizerConfig, OwnRule};

/// One of several optimisers of a training: see [`Trainer::optimizer_for`](crate::Trainer::optimizer_for).
///
/// What is not set here is what the trainer has: schedules, clipping and the rest of the treatment of gradients. Norms and
/// clipping are over its own parameters.
///
/// ```
/// use kiln_core::ParamSelection;
/// use kiln_optim::{AdamConfig, CosineShape};
/// use kiln_train::PartOptimizer;
///
/// let adam = AdamConfig { lr: 2e-4, betas: [0.5, 0.999], ..AdamConfig::default() };
/// let critic = PartOptimizer::new(adam)
///     .params(ParamSelection::Paths(vec!["critic".to_owned(), "value_head".to_owned()]))
///     .schedule(CosineShape { end: 0.0 })
///     .clip_norm(0.5);
/// # let _ = critic;
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct PartOptimizer {
    pub(crate) name: String,
    pub(crate) optim: OptimizerConfig,
    pub(crate) params: Option<ParamSelection>,
    pub(crate) own_rule: Option<OwnRule>,
    pub(crate) schedule: Option<AnySchedule>,
    pub(crate) momentum_schedule: Option<AnySchedule>,
    pub(crate) weight_decay_schedule: Option<AnySchedule>,
    pub(crate) gradient: Option<GradientConfig>,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) clip_value: Option<f64>,
    pub(crate) loss_of: Option<String>,
}

impl<O: Into<OptimizerConfig>> From<O> for PartOptimizer {
    fn from(optim: O) -> Self {
        Self::new(optim)
    }
}

impl PartOptimizer {
    /// This rule, for the parameters at or below the path that is the name of the optimiser.
    pub fn new(optim: impl Into<OptimizerConfig>) -> Self {
        Self {
            name: String::new(),
            optim: optim.into(),
            params: None,
            own_rule: None,
            schedule: None,
            momentum_schedule: None,
            weight_decay_schedule: None,
            gradient: None,
            clip_norm: None,
            clip_value: None,
            loss_of: None,
        }
    }

    /// For these parameters.
    pub fn params(mut self, params: ParamSelection) -> Self {
        self.params = Some(params);
        self
    }

    /// An update rule of one's own in place of that of [`PartOptimizer::new`], whose groups and wrappers stay.
    pub fn rule(mut self, rule: OwnRule) -> Self {
        self.own_rule = Some(rule);
        self
    }

    /// How its learning rate changes: settings, or a schedule of one's own, which is the rate.
    pub fn schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.schedule = Some(schedule.into());
        self
    }

    /// How its momentum, or first beta, changes.
    pub fn momentum_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.momentum_schedule = Some(schedule.into());
        self
    }

    /// How its weight decay changes.
    pub fn weight_decay_schedule(mut self, schedule: impl Into<AnySchedule>) -> Self {
        self.weight_decay_schedule = Some(schedule.into());
        self
    }

    /// What is done to its gradients beside clipping.
    pub fn gradient(mut self, config: GradientConfig) -> Self {
        self.gradient = Some(config);
        self
    }

    /// Largest Euclidean norm of its gradient, positive.
    pub fn clip_norm(mut self, norm: f64) -> Self {
        self.clip_norm = Some(norm);
        self
    }

    /// Largest absolute value of each element of its gradient, positive.
    pub fn clip_value(mut self, value: f64) -> Self {
        self.clip_value = Some(value);
        self
    }

    /// Takes its gradients from the pass of another optimiser, added before it, instead of a loss of its own: one loss that
    /// several optimisers minimise together, in one pass forward and back. Each then makes its step at the same point.
    pub fn loss_of(mut self, optimizer: &str) -> Self {
        self.loss_of = Some(optimizer.to_owned());
        self
    }

    /// The parameters that are its own.
    pub(crate) fn selection(&self) -> ParamSelection {
        self.params.clone().unwrap_or_else(|| ParamSelection::Paths(vec![self.name.clone()]))
    }
}
