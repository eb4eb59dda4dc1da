//! The optimiser: one rule, applied to every parameter, with its state by path.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{ParamInfo, ParamKind, params};

use crate::rule::{self, At, Rule};
use crate::{Gradients, OptimConfig, OptimError};

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
/// model = optimizer.step(model, gradients, config.lr(), |_, weight| weight);
/// assert_eq!(optimizer.updates(), 1);
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug)]
pub struct Optimizer {
    pub(crate) rule: Box<dyn Rule>,
    decay_all: bool,
    pub(crate) updates: u64,
    pub(crate) states: BTreeMap<String, ParamState>,
}

/// What the optimiser remembers about one parameter.
#[derive(Debug, Default)]
pub(crate) struct ParamState {
    /// Updates of this parameter so far: a parameter without a gradient is passed over, as in PyTorch.
    pub(crate) steps: u64,
    /// In the order of [`Rule::slots`]; empty before the first update.
    pub(crate) slots: Vec<Tensor<1>>,
}

impl Optimizer {
    /// An optimiser that has seen nothing yet.
    ///
    /// # Errors
    /// [`OptimError::Number`] for a setting out of its range (the learning rate included),
    /// [`OptimError::Nesterov`] for Nesterov's momentum without momentum or with dampening.
    pub fn new(config: &OptimConfig) -> Result<Self, OptimError> {
        let (rule, decay_all) = rule::build(config)?;
        Ok(Self { rule, decay_all, updates: 0, states: BTreeMap::new() })
    }

    /// Number of calls of [`Optimizer::step`] so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Updates every trainable parameter of `model` that has a gradient.
    ///
    /// `lr` is the learning rate of this step. `after` gets every trainable parameter, flat and without autodiff,
    /// after its update and gives back what it becomes: the place for proximal steps.
    pub fn step<M: Module>(
        &mut self,
        model: M,
        gradients: Gradients,
        lr: f64,
        mut after: impl FnMut(&ParamInfo, Tensor<1>) -> Tensor<1>,
    ) -> M {
        self.updates += 1;
        let mut gradients = gradients.into_tensors();
        params::update(model, |info, weight| {
            if !self.states.contains_key(&info.path) {
                self.states.insert(info.path.clone(), ParamState::default());
            }
            let weight = match (gradients.remove(&info.id), self.states.get_mut(&info.path)) {
                (Some(gradient), Some(state)) => {
                    state.steps += 1;
                    let decay = self.decay_all || info.kind == ParamKind::Weight;
                    let at = At { lr, step: state.steps, decay };
                    let mut slots = std::mem::take(&mut state.slots);
                    for slot in &mut slots {
                        // A loaded state may have been saved in another precision.
                        if slot.dtype() != weight.dtype() {
                            *slot = slot.clone().cast(weight.dtype());
                        }
                    }
                    let (weight, slots) = self.rule.update(weight, gradient, slots, at);
                    state.slots = slots;
                    weight
                }
                _ => weight,
            };
            after(info, weight)
        })
    }
}
