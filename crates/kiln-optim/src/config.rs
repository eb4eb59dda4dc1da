//! The section `[optim]` as a whole: a rule, parameter groups, and what is wrapped around it.

use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use crate::rule::check;
use crate::schema::JsonSchema;
use crate::{GroupConfig, LookaheadConfig, OptimConfig, OptimError, SamConfig};

/// The section `[optim]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptimizerConfig {
    /// Which optimiser, with its settings.
    #[serde(flatten)]
    pub rule: OptimConfig,
    /// Layer-wise decay of the learning rate, `(0, 1]`: the layer n layers before the last one has the learning rate
    /// `lr · layer_decay^n`, as with timm's `layer_decay`. A layer is what a parameter's path says up to its last
    /// number (`blocks.2`), or without one up to its last dot (`output`). Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub layer_decay: Option<f64>,
    /// Parameters with a learning rate and weight decay of their own. A parameter belongs to the first group that it
    /// matches. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of groups, such as [{ params = \"biases\", weight_decay = 0.0 }]"))]
    pub group: Vec<GroupConfig>,
    /// Sharpness-aware minimisation. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sam: Option<SamConfig>,
    /// Lookahead. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookahead: Option<LookaheadConfig>,
}

impl<R: Into<OptimConfig>> From<R> for OptimizerConfig {
    /// The rule with nothing around it: an [`OptimConfig`], or the settings of one, such as
    /// [`AdamConfig`](crate::AdamConfig).
    fn from(rule: R) -> Self {
        Self { rule: rule.into(), layer_decay: None, group: Vec::new(), sam: None, lookahead: None }
    }
}

impl OptimizerConfig {
    /// The learning rate, before any schedule and group.
    pub fn lr(&self) -> f64 {
        self.rule.lr()
    }

    /// Checks everything that does not depend on the parameters.
    ///
    /// ```
    /// use kiln_optim::{AdamwConfig, OptimizerConfig, SamConfig};
    ///
    /// let plain: OptimizerConfig = AdamwConfig::default().into();
    /// let config = OptimizerConfig { sam: Some(SamConfig { rho: 0.1, ..SamConfig::default() }), ..plain };
    /// config.check()?;
    /// # Ok::<(), kiln_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// [`OptimError::Number`] and [`OptimError::Nesterov`] as for [`Optimizer::new`](crate::Optimizer::new),
    /// [`OptimError::Lookahead`] for Lookahead around an optimiser that averages.
    pub fn check(&self) -> Result<(), OptimError> {
        let rule = self.rule.as_kind().rule()?;
        if self.lookahead.is_some() && rule.averaged().is_some() {
            return Err(OptimError::Lookahead { optimiser: self.rule.name() });
        }
        Ok(self.check_numbers()?)
    }

    fn check_numbers(&self) -> Result<(), NumberError> {
        if let Some(decay) = self.layer_decay {
            check("layer_decay", decay, Range::POSITIVE)?;
            check("layer_decay", decay, Range::UNIT)?;
        }
        for (index, group) in self.group.iter().enumerate() {
            group.check(index)?;
        }
        self.sam.as_ref().map_or(Ok(()), SamConfig::check)?;
        self.lookahead.as_ref().map_or(Ok(()), LookaheadConfig::check)
    }

    /// What an update computes with all that is around the rule, a line for each step: θ are the weights, g is the
    /// gradient, t the number of the update.
    ///
    /// ```
    /// use kiln_optim::{OptimizerConfig, OptimConfig, SamConfig, SgdConfig};
    ///
    /// let sgd = OptimConfig::Sgd(SgdConfig::default());
    /// let config = OptimizerConfig { sam: Some(SamConfig::default()), ..sgd.into() };
    /// assert_eq!(config.formula(), ["g is taken at θ + 0.05·g/‖g‖", "θ ← θ − lr·g"]);
    /// ```
    pub fn formula(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.sam.iter().map(SamConfig::formula).collect();
        lines.extend(self.rule.formula());
        lines.extend(self.lookahead.iter().map(LookaheadConfig::formula));
        if let Some(decay) = self.layer_decay {
            lines.push(format!("lr of the layer n layers before the last: lr·{decay:?}ⁿ"));
        }
        lines.extend(self.group.iter().map(GroupConfig::formula));
        lines
    }
}
