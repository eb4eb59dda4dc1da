//! Columns that are no inputs, because the training part has no value in them.

use kiln_data::Fitted;

use crate::error::ExperimentError;
use crate::observer::{Event, Observer, tell};

/// A line for the user on each of them.
pub(crate) fn left_out(fitted: &Fitted) -> impl Iterator<Item = String> {
    let line = |name: &String| format!("column {name:?} has no value in the training part and is left out");
    fitted.left_out().iter().map(line)
}

/// Tells of them. `fold`: the fold whose training part it is, from 0.
pub(crate) fn tell_left_out(
    fitted: &Fitted,
    fold: Option<usize>,
    observer: &dyn Observer,
) -> Result<(), ExperimentError> {
    let place = fold.map(|fold| format!("fold {}: ", fold + 1)).unwrap_or_default();
    left_out(fitted).try_for_each(|line| tell(observer, &Event::Warning(&format!("{place}{line}"))))
}
