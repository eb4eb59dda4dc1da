//! The section `[optim]` as a whole: a rule, parameter groups, and what is wrapped around it.

use kiln_core::{NumberError, ParamSelection, Range};
use serde::{Deserialize, Serialize};

use crate::rule::check;
use crate::{OptimConfig, OptimError};

/// The section `[optim]`.
///
/// ```
/// use kiln_optim::{AdamwConfig, OptimConfig, OptimizerConfig, SamConfig};
///
/// let plain: OptimizerConfig = OptimConfig::Adamw(AdamwConfig::default()).into();
/// let config = OptimizerConfig { sam: Some(SamConfig { rho: 0.1, ..SamConfig::default() }), ..plain };
/// config.check()?;
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptimizerConfig {
    /// Which optimiser, with its settings.
    #[serde(flatten)]
    pub rule: OptimConfig,
    /// Layer-wise decay of the learning rate, `(0, 1]`: the layer n layers before the last one has the learning rate
    /// `lr · layer_decay^n`, as with timm's `layer_decay`. A layer is what a parameter's path says up to its last
    /// number (`blocks.2`), or without one up to its last dot (`output`). Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_decay: Option<f64>,
    /// Parameters with a learning rate and weight decay of their own. A parameter belongs to the first group that it
    /// matches. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<GroupConfig>,
    /// Sharpness-aware minimisation. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sam: Option<SamConfig>,
    /// Lookahead. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookahead: Option<LookaheadConfig>,
}

/// An entry of `[[optim.group]]`, as a param group of PyTorch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfig {
    /// The parameters of the group.
    pub params: ParamSelection,
    /// The learning rate as a multiple of that of `[optim]`, at least 0. Default 1.
    #[serde(default = "one")]
    pub lr_factor: f64,
    /// Weight decay, at least 0, whatever `decay_all` says and whatever a schedule does to that of `[optim]`. Default:
    /// that of `[optim]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
}

/// Sharpness-aware minimisation (Foret et al. 2021), adaptive as ASAM (Kwon et al. 2021): the gradient of every batch is
/// taken at `w + ρ g/‖g‖`, adaptive `w + ρ w² g/‖|w| g‖`, and the step is made from `w`. Two passes a batch.
///
/// `g` is the gradient of the loss, without penalties. Both passes drop the same units, and both move the running
/// statistics of batch norm. The training loss that is reported is that at `w`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SamConfig {
    /// ρ, how far the gradient is taken from the weights, at least 0. Default 0.05; ASAM wants some ten times more.
    pub rho: f64,
    /// Whether the distance is in proportion to each weight. Default false.
    pub adaptive: bool,
}

/// Lookahead (Zhang et al. 2019), as `timm.optim.Lookahead`: every `k` updates the slow weights move a share `alpha` of
/// the way to the weights, which go on from there. The slow weights begin as the first weights, as in the paper; timm's
/// begin at the first synchronisation, so that the first one does nothing. What is evaluated are the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookaheadConfig {
    /// Updates between two moves of the slow weights, at least 1. Default 6.
    pub k: u64,
    /// How much of the way they move, `[0, 1]`. Default 0.5.
    pub alpha: f64,
}

impl From<OptimConfig> for OptimizerConfig {
    fn from(rule: OptimConfig) -> Self {
        Self { rule, layer_decay: None, group: Vec::new(), sam: None, lookahead: None }
    }
}

impl OptimizerConfig {
    /// The learning rate, before any schedule and group.
    pub fn lr(&self) -> f64 {
        self.rule.lr()
    }

    /// Checks everything that does not depend on the parameters.
    ///
    /// # Errors
    /// [`OptimError::Number`] and [`OptimError::Nesterov`] as for [`Optimizer::new`](crate::Optimizer::new),
    /// [`OptimError::Lookahead`] for Lookahead around an optimiser that averages.
    pub fn check(&self) -> Result<(), OptimError> {
        let rule = crate::rule::build(&self.rule)?;
        if self.lookahead.is_some() && rule.averaged().is_some() {
            return Err(OptimError::Lookahead);
        }
        Ok(self.check_numbers()?)
    }

    fn check_numbers(&self) -> Result<(), NumberError> {
        let at_least_0 = Range::at_least(0.0);
        if let Some(decay) = self.layer_decay {
            check("layer_decay", decay, Range::POSITIVE)?;
            check("layer_decay", decay, Range::UNIT)?;
        }
        for (index, group) in self.group.iter().enumerate() {
            check(&format!("group[{index}].lr_factor"), group.lr_factor, at_least_0)?;
            if let Some(decay) = group.weight_decay {
                check(&format!("group[{index}].weight_decay"), decay, at_least_0)?;
            }
        }
        if let Some(sam) = &self.sam {
            check("sam.rho", sam.rho, at_least_0)?;
        }
        if let Some(lookahead) = &self.lookahead {
            kiln_core::check::at_least(
                "optim.lookahead.k",
                usize::try_from(lookahead.k).unwrap_or(usize::MAX),
                1,
            )?;
            check("lookahead.alpha", lookahead.alpha, Range::UNIT)?;
        }
        Ok(())
    }
}

impl Default for SamConfig {
    fn default() -> Self {
        Self { rho: 0.05, adaptive: false }
    }
}

impl Default for LookaheadConfig {
    fn default() -> Self {
        Self { k: 6, alpha: 0.5 }
    }
}

fn one() -> f64 {
    1.0
}
