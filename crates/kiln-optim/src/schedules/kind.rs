//! What the settings of every shape of a schedule can tell.

use crate::{OptimError, Plateau, Schedule, Stretch};

/// What the settings of every shape of a schedule can tell, and the schedule that they make.
pub trait ScheduleKind {
    /// The schedule around `base` (the learning rate, momentum or weight decay of `[optim]`) over `stretch`.
    ///
    /// # Errors
    /// [`OptimError`] naming the first setting that is wrong.
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError>;

    /// The momentum that moves with the rate. Default: none does.
    ///
    /// # Errors
    /// [`OptimError`] naming the first setting that is wrong.
    fn momentum(&self, _stretch: &Stretch<'_>) -> Result<Option<Box<dyn Schedule>>, OptimError> {
        Ok(None)
    }

    /// What makes a factor on the rate out of a metric. `warmup` is in epochs. Default: nothing.
    ///
    /// # Errors
    /// [`OptimError`] naming the first setting that is wrong.
    fn plateau(&self, _warmup: f64, _stretch: &Stretch<'_>) -> Result<Option<Plateau>, OptimError> {
        Ok(None)
    }

    /// Whether it follows a metric: whether [`ScheduleKind::plateau`] gives something. Default: no.
    fn needs_metric(&self) -> bool {
        false
    }

    /// Why only the whole section `[schedule]` can be of this kind: no part of another, no schedule of anything but the
    /// learning rate. Default: every schedule can.
    fn only_whole(&self) -> Option<&'static str> {
        None
    }
}
