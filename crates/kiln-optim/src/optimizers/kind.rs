//! What the settings of every optimiser can tell.

use kiln_core::Range;

use crate::rule::check;
use crate::{OptimError, Rule};

/// What the settings of every optimiser can tell, and the rule that they make.
pub trait OptimKind {
    /// The settings that every optimiser has.
    fn shared(&self) -> Shared;

    /// The form that weight decay has.
    fn decay_form(&self) -> DecayForm;

    /// Whether an update divides the gradient by a measure of its size, so that what is added to the gradient is divided too.
    /// Default: it does, as in every adaptive optimiser.
    fn rescales(&self) -> bool {
        true
    }

    /// Whether its updates have a length: whether [`Rule::step_size`] gives one. Default: they have.
    fn has_step_size(&self) -> bool {
        true
    }

    /// The momentum, or the first beta, that a schedule can move. Default: none.
    fn momentum_mut(&mut self) -> Option<&mut f64> {
        None
    }

    /// What an update computes, a line for each step.
    fn formula(&self) -> Vec<String>;

    /// The rule, with every setting but the [shared](OptimKind::shared) ones checked.
    ///
    /// # Errors
    /// [`OptimError`] naming the first setting that is wrong.
    fn build(&self) -> Result<Box<dyn Rule>, OptimError>;

    /// The rule, with every setting checked.
    ///
    /// # Errors
    /// [`OptimError`] naming the first setting that is wrong.
    fn rule(&self) -> Result<Box<dyn Rule>, OptimError> {
        let Shared { lr, weight_decay, .. } = self.shared();
        check("lr", lr, Range::at_least(0.0))?;
        check("weight_decay", weight_decay, Range::at_least(0.0))?;
        self.build()
    }
}

/// The settings that every optimiser has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// Learning rate, at least 0, before any schedule.
    pub lr: f64,
    /// Weight decay, at least 0, before any group and schedule.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too.
    pub decay_all: bool,
}

/// What weight decay is to an optimiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecayForm {
    /// `decay · w` is added to the gradient.
    Coupled,
    /// The weights are multiplied by `1 − lr · decay` beside the step.
    Decoupled,
    /// The weights are divided by `1 + lr · decay` after the step.
    Proximal,
    /// It enters the step in a way of its own.
    Own,
}

impl DecayForm {
    /// Decoupled or coupled, as a setting says.
    pub(crate) fn decoupled_if(decoupled: bool) -> Self {
        if decoupled { Self::Decoupled } else { Self::Coupled }
    }
}
