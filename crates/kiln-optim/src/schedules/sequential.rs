//! One schedule after the other.

use kiln_core::Range;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CosineShape, ScheduleKind};
use crate::{OptimError, Schedule, ScheduleConfig, Stretch};

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

/// One schedule after the other, each from its own step 0: `SequentialLR`, optax's `join_schedules`.
///
/// ```
/// use kiln_optim::{Constant, Schedule, Sequential};
///
/// let high = Box::new(Constant { value: 0.1 });
/// let low = Box::new(Constant { value: 0.01 });
/// let drop = Sequential::new(vec![high, low], vec![100])?;
/// assert_eq!((drop.at(99), drop.at(100)), (0.1, 0.01));
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug)]
pub struct Sequential {
    parts: Vec<Box<dyn Schedule>>,
    starts: Vec<u64>,
}

impl Sequential {
    /// `starts` are the steps at which the second part, the third and so on begin, not falling.
    ///
    /// # Errors
    /// [`OptimError::Parts`] unless there is one start fewer than parts, [`OptimError::Milestones`] for starts that
    /// fall.
    pub fn new(parts: Vec<Box<dyn Schedule>>, starts: Vec<u64>) -> Result<Self, OptimError> {
        if parts.len() != starts.len() + 1 {
            return Err(OptimError::Parts {
                key: "schedule.starts".to_owned(),
                parts: parts.len(),
                starts: starts.len(),
            });
        }
        if let Some(pair) = starts.windows(2).find(|pair| pair[1] < pair[0]) {
            let (value, before) = (pair[1] as f64, pair[0] as f64);
            return Err(OptimError::Milestones { key: "schedule.starts".to_owned(), value, before });
        }
        Ok(Self { parts, starts })
    }
}

impl Schedule for Sequential {
    fn at(&self, step: u64) -> f64 {
        let part = self.starts.partition_point(|start| *start <= step);
        let start = if part == 0 { 0 } else { self.starts[part - 1] };
        self.parts[part].at(step - start)
    }
}
