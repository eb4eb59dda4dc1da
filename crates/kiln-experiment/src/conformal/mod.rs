//! Intervals and sets that hold the truth as often as they say, for the predictions of a run.
//!
//! | run | calibrated by |
//! |---|---|
//! | a training with `data.calibration` | its calibration part, which neither was trained on nor chose the epoch |
//! | two such trainings with the loss `quantile` | the same, [between the quantiles](Intervals::between) |
//! | a cross-validation that keeps its models | the test items of each fold, by the model that has not seen them: CV+ |
//!
//! The validation part does not calibrate: it chose the epoch, so the errors on it are smaller than those on new items, and with `data.refit`
//! the last training has seen it. The rules themselves are in [`kiln_validate::conformal`].

mod calibrate;
mod coverage;
mod cross;
mod intervals;
mod kept;

pub use coverage::{Coverage, GroupCoverage, coverage};
pub use intervals::Intervals;
