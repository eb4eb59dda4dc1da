//! Schedules multiplied.

use serde::{Deserialize, Serialize};

use super::{Constant, CosineShape, LinearShape, ScheduleKind};
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, ScheduleConfig, Stretch};

/// Schedules multiplied, as shares of `lr`: PyTorch's `ChainedScheduler` of factors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { parts: vec![LinearShape::default().into(), CosineShape::default().into()] })]
pub struct ProductShape {
    /// The schedules, each as this section.
    pub parts: Vec<ScheduleConfig>,
}

impl ProductShape {
    /// The product of these.
    pub fn new(parts: Vec<ScheduleConfig>) -> Self {
        Self { parts }
    }
}

impl ScheduleKind for ProductShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let mut factors: Vec<Box<dyn Schedule>> = vec![Box::new(Constant { value: base })];
        for (index, part) in self.parts.iter().enumerate() {
            factors.push(part.build_part(1.0, &stretch.part(index, stretch.total()))?);
        }
        Ok(Box::new(Product::new(factors)))
    }
}

/// The product of schedules; 1 without any. Give all but one of them as shares.
///
/// ```
/// use kiln_optim::{Constant, Product, Schedule};
///
/// let half = || -> Box<dyn Schedule> { Box::new(Constant { value: 0.5 }) };
/// assert_eq!(Product::new(vec![half(), half()]).at(3), 0.25);
/// ```
#[derive(Debug)]
pub struct Product {
    parts: Vec<Box<dyn Schedule>>,
}

impl Product {
    /// The product of `parts`.
    pub fn new(parts: Vec<Box<dyn Schedule>>) -> Self {
        Self { parts }
    }
}

impl Schedule for Product {
    fn at(&self, step: u64) -> f64 {
        self.parts.iter().map(|part| part.at(step)).product()
    }
}
