//! Schedules that follow each other.

use super::Schedule;
use crate::OptimError;

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
