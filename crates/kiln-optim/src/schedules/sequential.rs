//! One schedule after the other.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{CosineShape, ScheduleKind};
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, ScheduleConfig, Sequential, Stretch};

/// One schedule after the other, each from its own step 0 to the start of the next, as `SequentialLR`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { parts: vec![ScheduleConfig::default(), CosineShape::default().into()], starts: vec![5.0] })]
pub struct SequentialShape {
    /// The schedules, each as this section: `parts = [{ kind = "constant" }, { kind = "cosine" }]`.
    pub parts: Vec<ScheduleConfig>,
    /// Epochs at which the second part, the third and so on start, at least 0 and rising: one fewer than parts.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub starts: Vec<f64>,
}

impl SequentialShape {
    /// These, each from its epoch on; the first starts at once.
    pub fn new(parts: Vec<ScheduleConfig>, starts: Vec<f64>) -> Self {
        Self { parts, starts }
    }
}

impl ScheduleKind for SequentialShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let (parts, starts) = (self.parts.len(), self.starts.len());
        if parts != starts + 1 {
            return Err(OptimError::Parts { key: stretch.key("starts"), parts, starts });
        }
        let starts = stretch.rising("starts", &self.starts)?;
        let mut built = Vec::with_capacity(parts);
        for (index, part) in self.parts.iter().enumerate() {
            let from = if index == 0 { 0 } else { starts[index - 1] };
            let to = starts.get(index).copied().unwrap_or(stretch.total());
            built.push(part.build_part(base, &stretch.part(index, to.saturating_sub(from)))?);
        }
        Ok(Box::new(Sequential::new(built, starts)?))
    }
}
