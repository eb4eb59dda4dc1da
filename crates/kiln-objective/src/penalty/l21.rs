//! The L2,1 norm.

use kiln_core::{ParamSelection, Range};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::group_lasso::GroupLasso;
use super::kind::{PenaltyKind, Shared};
use super::on_weights::Penalty;
use crate::Units;
use crate::schema::JsonSchema;

/// `λ Σ ‖row‖` over what belongs to each input, not weighted by its size: whole inputs become zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = L21Config { proximal: true, ..L21Config::new(1e-4) })]
pub struct L21Config {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which makes whole inputs zero. Default false.
    #[serde(default)]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl L21Config {
    /// λ on the inputs of the weights, by its gradient, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, proximal: false, schedule: None }
    }
}

impl PenaltyKind for L21Config {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: self.proximal,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(GroupLasso { strength: self.strength, units: Units::Input, weighted: false }))
    }

    fn make_sparse(&mut self, strength: f64) -> bool {
        (self.strength, self.proximal) = (strength, true);
        true
    }

    fn formula(&self) -> String {
        "λ·Σ‖w‖ (for each input, whatever its size)".to_owned()
    }
}
