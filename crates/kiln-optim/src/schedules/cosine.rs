//! Half a cosine over the run.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::anneal::{cosine, share};
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// Half a cosine from `lr` to `end · lr` over the rest of the run: `end + (lr − end) · (1 + cos πt) / 2`, as `CosineAnnealingLR`
/// up to its end. It stays there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { end: 0.01 })]
pub struct CosineShape {
    /// Last learning rate as a share of `lr`, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
    pub end: f64,
}

impl ScheduleKind for CosineShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let end = base * stretch.number("end", self.end, Range::UNIT)?;
        Ok(Box::new(Cosine { lr: base, end, total: stretch.total() }))
    }
}

#[derive(Debug)]
struct Cosine {
    lr: f64,
    end: f64,
    total: u64,
}

impl Schedule for Cosine {
    fn at(&self, step: u64) -> f64 {
        cosine(self.lr, self.end, share(step, self.total))
    }
}
