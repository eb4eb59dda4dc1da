//! A negative power of the step.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr · (1 + step)^(−power)`, falling at every step: scikit-learn's `invscaling`, whose updates are counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { power: 0.25 })]
pub struct InversePowerShape {
    /// Power, greater than 0. Default 0.5, as with scikit-learn's `MLPClassifier` (`SGDRegressor`: 0.25). `MLPClassifier` puts
    /// the items seen up to the last whole epoch in the place of the step, so its rate falls once an epoch.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub power: f64,
}

impl Default for InversePowerShape {
    fn default() -> Self {
        Self { power: 0.5 }
    }
}

impl ScheduleKind for InversePowerShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let power = stretch.number("power", self.power, Range::POSITIVE)?;
        Ok(Box::new(InversePower { lr: base, power }))
    }
}

#[derive(Debug)]
struct InversePower {
    lr: f64,
    power: f64,
}

impl Schedule for InversePower {
    fn at(&self, step: u64) -> f64 {
        self.lr / (step as f64 + 1.0).powf(self.power)
    }
}
