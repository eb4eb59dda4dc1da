//! A closure as a schedule.

use std::fmt;

use super::Schedule;

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
