//! What holds for all penalties.

use kiln_core::{NumberError, ParamSelection, Range};
use kiln_optim::ScheduleConfig;

use super::{BatchPenalty, Penalty, PenaltyConfig};

impl PenaltyConfig {
    /// The penalty on parameters, its settings checked; `None` for one on what a batch does
    /// ([`PenaltyConfig::build_for_batch`]). `key` is its name in the configuration, `penalty.0`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn build(&self, key: &str) -> Result<Option<Box<dyn Penalty>>, NumberError> {
        self.check(key)?;
        Ok(self.as_kind().on_weights())
    }

    /// The penalty on what a batch does, its settings checked; `None` for one on parameters
    /// ([`PenaltyConfig::build`]). `key` is its name in the configuration, `penalty.0`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn build_for_batch(&self, key: &str) -> Result<Option<Box<dyn BatchPenalty>>, NumberError> {
        self.check(key)?;
        Ok(self.as_kind().on_batch())
    }

    /// Whether every setting is in its range. `key` is the penalty's name in the configuration, `penalty.0`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn check(&self, key: &str) -> Result<(), NumberError> {
        Range::at_least(0.0).check(&format!("{key}.strength"), self.strength())?;
        self.as_kind().check(key)
    }

    /// λ, before any schedule.
    pub fn strength(&self) -> f64 {
        self.as_kind().shared().strength
    }

    /// How λ changes over the run.
    pub fn schedule(&self) -> Option<&ScheduleConfig> {
        self.as_kind().shared().schedule
    }

    /// The parameters it acts on; `None` for a penalty on what a batch does.
    pub fn params(&self) -> Option<&ParamSelection> {
        self.as_kind().shared().params
    }

    /// Whether it acts by a proximal step instead of the gradient.
    pub fn proximal(&self) -> bool {
        self.as_kind().shared().proximal
    }

    /// The same penalty with another strength, by a proximal step that gives exact zeros; `None` if the kind has none.
    pub fn sparse(&self, strength: f64) -> Option<Self> {
        let mut sparse = self.clone();
        sparse.as_kind_mut().make_sparse(strength).then_some(sparse)
    }

    /// Whether weights that it acts on can become exactly zero: a proximal step of a norm that has a corner there.
    pub fn makes_zeros(&self) -> bool {
        let kind = self.as_kind();
        let has_corner = self.sparse(0.0).is_some() && kind.l1_ratio() != Some(0.0);
        self.proximal() && self.strength() > 0.0 && has_corner
    }

    /// What it adds to the objective, on what and how, and the same strength as other libraries write it: one or two
    /// lines.
    ///
    /// ```
    /// use kiln_objective::{L2Config, PenaltyConfig};
    ///
    /// let lines = PenaltyConfig::from(L2Config::new(0.01)).describe();
    /// let formula = "λ·Σw² (no ½), λ = 0.01, over weights (no biases, no normalisation layers), by its gradient";
    /// assert_eq!(lines[0], formula);
    /// assert!(lines[1].starts_with("elsewhere, for n training items: PyTorch weight_decay 0.02, "));
    /// ```
    pub fn describe(&self) -> Vec<String> {
        let kind = self.as_kind();
        let when = if self.schedule().is_some() { ", times its schedule" } else { "" };
        let (formula, over, how) = (kind.formula(), kind.over(), kind.how());
        let own = format!("{formula}, λ = {:?}{when}, over {over}, {how}", self.strength());
        let elsewhere = kind.convention().map(|convention| convention.elsewhere(self.strength()));
        [own].into_iter().chain(elsewhere).collect()
    }
}
