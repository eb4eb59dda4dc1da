//! A function as a callback.

use std::fmt;
use std::ops::ControlFlow;

use crate::{Callback, EpochView, Stop, TrainError};

/// A callback that is a function of every epoch. Where it gives a reason, the run stops.
///
/// ```
/// use kiln_train::{Callback, EpochView, after_epoch};
///
/// let below = 0.1;
/// let good_enough = after_epoch(move |view: &EpochView<'_>| {
///     let loss = view.record.train.get("loss")?;
///     (loss < below).then(|| format!("a training loss of {loss:.3} will do"))
/// });
/// assert_eq!(good_enough.save(), None); // what a function remembers is not saved
/// ```
pub fn after_epoch<F>(each: F) -> AfterEpoch<F>
where
    F: FnMut(&EpochView<'_>) -> Option<String> + Send,
{
    AfterEpoch(each)
}

/// A callback by [`after_epoch`].
pub struct AfterEpoch<F>(F);

impl<F> fmt::Debug for AfterEpoch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterEpoch")
    }
}

impl<F: FnMut(&EpochView<'_>) -> Option<String> + Send> Callback for AfterEpoch<F> {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(match (self.0)(view) {
            Some(why) => ControlFlow::Break(Stop::Callback { why }),
            None => ControlFlow::Continue(()),
        })
    }
}
