//! What every kind of penalty says of itself.

use std::fmt::Debug;

use kiln_core::{NumberError, ParamSelection};
use kiln_optim::{Elastic, ScheduleConfig};

use super::convention::Convention;
use super::on_batch::BatchPenalty;
use super::on_weights::Penalty;
use crate::selection;

/// The settings that every penalty has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared<'a> {
    /// λ, before any schedule; at least 0, which is checked for every kind.
    pub strength: f64,
    /// How λ changes over the run.
    pub schedule: Option<&'a ScheduleConfig>,
    /// The parameters it acts on; `None` for a penalty on what a batch does.
    pub params: Option<&'a ParamSelection>,
    /// Whether it acts by a proximal step instead of the gradient.
    pub proximal: bool,
}

/// The settings of one kind of penalty. Exactly one of [`on_weights`](Self::on_weights) and [`on_batch`](Self::on_batch)
/// gives something.
pub trait PenaltyKind: Debug {
    /// λ, what it acts on and when.
    fn shared(&self) -> Shared<'_>;

    /// The other settings, each in its range. `key` is the penalty's name in the configuration, `penalty.0`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range, with its key.
    fn check(&self, _key: &str) -> Result<(), NumberError> {
        Ok(())
    }

    /// The penalty, if it is one on parameters.
    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        None
    }

    /// The penalty, if it is one on what a batch does in the model.
    fn on_batch(&self) -> Option<Box<dyn BatchPenalty>> {
        None
    }

    /// Takes this strength and a proximal step that gives exact zeros; `false`, and nothing else, if the kind has no such
    /// step.
    fn make_sparse(&mut self, _strength: f64) -> bool {
        false
    }

    /// The penalty as `l1 Σ |w| + l2/2 Σ w²`, if it is of this form.
    fn elastic(&self) -> Option<Elastic> {
        None
    }

    /// α, if convex solvers know a path of solutions for the penalty, `λ (α Σ |w| + (1 − α)/2 Σ w²)` with rising λ.
    fn l1_ratio(&self) -> Option<f64> {
        None
    }

    /// Whether it goes by the weights that the training starts from.
    fn needs_start(&self) -> bool {
        false
    }

    /// `λ·R` as text, without numbers for λ: `λ·Σ|w|`.
    fn formula(&self) -> String;

    /// What it acts on, in words.
    fn over(&self) -> String {
        self.shared().params.map_or_else(|| "a batch".to_owned(), selection::describe)
    }

    /// How it acts, in words.
    fn how(&self) -> &'static str {
        if self.shared().proximal { "by a proximal step" } else { "by its gradient" }
    }

    /// The convention of its strength, if other libraries have the penalty too.
    fn convention(&self) -> Option<Convention> {
        None
    }
}
