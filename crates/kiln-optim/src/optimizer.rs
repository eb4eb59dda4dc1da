//! The optimiser: one rule, applied to every parameter, with its state by path.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use burn::module::{Module, ParamId};
use burn::tensor::Tensor;
use kiln_core::{ParamInfo, ParamKind, params};

use crate::lookahead::Lookahead;
use crate::rule::{At, Elastic, Gradient, Kept, OwnRule, Queue, Rule};
use crate::{Gradients, OptimConfig, OptimError, OptimizerConfig, ParamGroups, StepSize};

/// An optimiser with its state: an update count and, for each parameter, the running values of the rule.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use kiln_optim::{AdamConfig, Gradients, OptimConfig, Optimizer};
///
/// let device = Device::default().autodiff();
/// let mut model = LinearConfig::new(3, 1).init(&device);
/// let config = OptimConfig::Adam(AdamConfig::default());
/// let mut optimizer = Optimizer::new(&config)?;
/// let loss = model.forward(Tensor::<2>::ones([4, 3], &device)).square().mean();
/// let gradients = Gradients::of(loss.backward(), &model);
/// model = optimizer.step(model, gradients, config.lr(), |_, weight, _| weight);
/// assert_eq!(optimizer.updates(), 1);
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug)]
pub struct Optimizer {
    /// `None` for a rule of a user's own.
    pub(crate) config: Option<OptimConfig>,
    pub(crate) rule: Arc<dyn Rule>,
    has_step_size: bool,
    pub(crate) weight_decay: f64,
    decay_all: bool,
    groups: Arc<ParamGroups>,
    pub(crate) lookahead: Option<Lookahead>,
    pub(crate) updates: u64,
    pub(crate) states: BTreeMap<String, ParamState>,
    /// Weights in training out of a loaded state, until [`Optimizer::restore`] takes them.
    pub(crate) trained: BTreeMap<String, Tensor<1>>,
}

/// What the optimiser remembers about one parameter.
#[derive(Debug, Default)]
pub(crate) struct ParamState {
    /// Updates of this parameter so far: a parameter without a gradient is passed over, as in PyTorch.
    pub(crate) steps: u64,
    /// What the rule keeps; empty before the first update.
    pub(crate) kept: Kept,
    /// The slow weights of Lookahead, from the first update on.
    pub(crate) slow: Option<Tensor<1>>,
    /// The shape of the parameter, on which the slots depend.
    pub(crate) dims: Vec<usize>,
}

/// What an update does beside the step, on its way over memory.
#[derive(Debug, Clone, Default)]
pub struct Along {
    /// What all gradients are multiplied with, `[1]` ([`Gradients::clip_factor`]), penalties included.
    pub factor: Option<Tensor<1>>,
    /// Penalties, by parameter.
    pub penalties: HashMap<ParamId, AlongPenalties>,
}

/// The penalties of one parameter.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AlongPenalties {
    /// By its gradient.
    pub gradient: Elastic,
    /// By its proximal step, where the rule can ([`Made::prox`]).
    pub prox: Elastic,
}

/// What is done to a parameter after its update.
type After<'a> = &'a mut dyn FnMut(&ParamInfo, Tensor<1>, Made<'_>) -> Tensor<1>;

/// How a parameter was updated.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct Made<'a> {
    /// How long the update was.
    pub size: &'a dyn Fn() -> StepSize,
    /// Whether the proximal step of [`AlongPenalties::prox`] is made.
    pub prox: bool,
}

impl ParamState {
    pub(crate) fn new(dims: &[usize]) -> Self {
        Self { dims: dims.to_vec(), ..Self::default() }
    }
}

impl Optimizer {
    /// An optimiser that has seen nothing yet.
    ///
    /// # Errors
    /// [`OptimError::Number`] for a setting out of its range (the learning rate included),
    /// [`OptimError::Nesterov`] for Nesterov's momentum without momentum or with dampening.
    pub fn new(config: &OptimConfig) -> Result<Self, OptimError> {
        let rule = OwnRule {
            rule: config.as_kind().rule()?.into(),
            lr: config.lr(),
            weight_decay: config.weight_decay(),
            decay_all: config.decay_all(),
            has_step_size: config.has_step_size(),
        };
        Ok(Self { config: Some(config.clone()), ..Self::of_rule(rule)? })
    }

    /// An optimiser with a rule of one's own that has seen nothing yet.
    ///
    /// # Errors
    /// [`OptimError::Number`] for a learning rate or weight decay below 0.
    pub fn of_rule(rule: OwnRule) -> Result<Self, OptimError> {
        rule.check()?;
        Ok(Self {
            config: None,
            rule: rule.rule,
            has_step_size: rule.has_step_size,
            weight_decay: rule.weight_decay,
            decay_all: rule.decay_all,
            groups: Arc::default(),
            lookahead: None,
            updates: 0,
            states: BTreeMap::new(),
            trained: BTreeMap::new(),
        })
    }

    /// The same with a rule of one's own: groups and Lookahead stay, what was remembered is dropped.
    ///
    /// # Errors
    /// As [`Optimizer::of_rule`]; [`OptimError::Lookahead`] for Lookahead around a rule that averages.
    pub fn with_rule(self, rule: OwnRule) -> Result<Self, OptimError> {
        if self.lookahead.is_some() && rule.rule.averaged().is_some() {
            return Err(OptimError::Lookahead { optimiser: "the rule of your own" });
        }
        Ok(Self { groups: self.groups, lookahead: self.lookahead, ..Self::of_rule(rule)? })
    }

    /// An optimiser with parameter groups and Lookahead, for a model with these parameters
    /// ([`kiln_core::params::list`], on an autodiff device). [`Sam`](crate::Sam) is not its business: it decides where
    /// gradients are taken.
    ///
    /// # Errors
    /// As [`OptimizerConfig::check`], and [`OptimError::Group`] for a group that matches nothing.
    pub fn build(config: &OptimizerConfig, params: &[ParamInfo]) -> Result<Self, OptimError> {
        config.check()?;
        Ok(Self {
            groups: Arc::new(ParamGroups::new(&config.group, config.layer_decay, params)?),
            lookahead: config.lookahead.as_ref().map(Lookahead::new),
            ..Self::new(&config.rule)?
        })
    }

    /// What parameters have of their own.
    pub fn groups(&self) -> Arc<ParamGroups> {
        Arc::clone(&self.groups)
    }

    /// Whether its updates have a length: whether proximal steps can follow them ([`StepSize`]).
    pub fn has_step_size(&self) -> bool {
        self.has_step_size
    }

    /// Number of calls of [`Optimizer::step`] so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Updates every trainable parameter of `model` that has a gradient.
    ///
    /// `lr` is the learning rate of this step, before groups. `after` gets every trainable parameter, flat and without autodiff,
    /// after its update, and how long that was when it asks; it gives back what the parameter becomes: the place for proximal
    /// steps and constraints.
    pub fn step<M: Module>(
        &mut self,
        model: M,
        gradients: Gradients,
        lr: f64,
        after: impl FnMut(&ParamInfo, Tensor<1>, &dyn Fn() -> StepSize) -> Tensor<1>,
    ) -> M {
        let mut after = after;
        self.step_with(model, gradients, lr, &Along::default(), |info, weight, made| {
            after(info, weight, made.size)
        })
    }

    /// As [`Optimizer::step`] with what the update takes along, which costs the rules that go over memory once nothing.
    pub fn step_with<M: Module>(
        &mut self,
        model: M,
        gradients: Gradients,
        lr: f64,
        along: &Along,
        mut after: impl FnMut(&ParamInfo, Tensor<1>, Made<'_>) -> Tensor<1>,
    ) -> M {
        self.make(model, gradients, lr, along, Some(&mut after))
    }

    /// As [`Optimizer::step_with`], with nothing after the updates: on a GPU, rules that treat all elements alike update
    /// all parameters in few launches.
    pub fn step_along<M: Module>(&mut self, model: M, gradients: Gradients, lr: f64, along: &Along) -> M {
        self.make(model, gradients, lr, along, None)
    }

    fn make<M: Module>(
        &mut self,
        model: M,
        gradients: Gradients,
        lr: f64,
        along: &Along,
        mut after: Option<After<'_>>,
    ) -> M {
        self.updates += 1;
        // Where something looks at a weight before the next parameter, each is updated by itself.
        let looked_at = after.is_some() || self.lookahead.is_some() || self.rule.averaged().is_some();
        let queue = (!looked_at).then(Queue::default);
        let mut gradients = gradients.into_tensors();
        let model = params::update(model, |info, weight| {
            if !self.states.contains_key(&info.path) {
                self.states.insert(info.path.clone(), ParamState::new(&info.dims));
            }
            let (Some(gradient), Some(state)) = (gradients.remove(&info.id), self.states.get_mut(&info.path))
            else {
                // Nothing moved it, but a penalty can.
                let size = lr * self.groups.lr_factor(&info.path);
                let made = Made { size: &|| StepSize::Same(size), prox: false };
                return match &mut after {
                    Some(after) => after(info, weight, made),
                    None => weight,
                };
            };
            state.steps += 1;
            if self.lookahead.is_some() && state.slow.is_none() {
                state.slow = Some(weight.clone());
            }
            let decays = self.decay_all || info.kind == ParamKind::Weight;
            let weight_decay = if decays { self.weight_decay } else { 0.0 };
            let penalties = along.penalties.get(&info.id).copied().unwrap_or_default();
            let prox = if self.rule.is_proximal() { penalties.prox } else { Elastic::default() };
            let at = At {
                lr: lr * self.groups.lr_factor(&info.path),
                step: state.steps,
                weight_decay: self.groups.weight_decay(&info.path).unwrap_or(weight_decay),
                prox,
                dims: &info.dims,
            };
            let mut kept = std::mem::take(&mut state.kept);
            for tensor in kept.tensors.iter_mut().chain(&mut state.slow) {
                // A loaded state may have been saved in another precision.
                if tensor.dtype() != weight.dtype() {
                    *tensor = tensor.clone().cast(weight.dtype());
                }
            }
            let mut gradient = Gradient::new(gradient, along.factor.clone()).penalized(penalties.gradient);
            gradient.queue.clone_from(&queue);
            let (point, kept) = self.rule.update(weight, gradient, kept, at);
            let size = || self.rule.step_size(&kept, at).unwrap_or(StepSize::Same(at.lr));
            let point = match &mut after {
                Some(after) => after(info, point, Made { size: &size, prox: !prox.is_none() }),
                None => point,
            };
            let (weight, kept) = self.rule.finish(point, kept, at);
            state.kept = kept;
            match &self.lookahead {
                Some(lookahead) => lookahead.update(weight, &mut state.slow, state.steps),
                None => weight,
            }
        });
        if let Some(queue) = queue {
            queue.launch();
        }
        model
    }
}
