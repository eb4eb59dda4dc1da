//! Schedules made of schedules, and of closures.

use std::fmt;

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
            return Err(OptimError::Parts { parts: parts.len(), starts: starts.len() });
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

/// A closure as a schedule: `LambdaLR`, but with the rate itself instead of a factor on it.
///
/// The closure must depend on the step alone: a resumed run asks from wherever it goes on.
///
/// ```
/// use kiln_optim::{Schedule, ScheduleFn};
///
/// let halving = ScheduleFn::new(|step| 0.1 * 0.5_f64.powf(step as f64 / 100.0));
/// assert_eq!(halving.at(100), 0.05);
/// ```
pub struct ScheduleFn<F>(F);

impl<F: Fn(u64) -> f64 + Send + Sync> ScheduleFn<F> {
    /// The rate is `rate(step)`, steps counted from 0.
    pub fn new(rate: F) -> Self {
        Self(rate)
    }
}

impl<F> fmt::Debug for ScheduleFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScheduleFn")
    }
}

impl<F: Fn(u64) -> f64 + Send + Sync> Schedule for ScheduleFn<F> {
    fn at(&self, step: u64) -> f64 {
        (self.0)(step)
    }
}
