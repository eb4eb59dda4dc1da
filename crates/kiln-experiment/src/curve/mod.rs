//! Curves: training and test scores by the number of training items, or by the value of one setting.
//!
//! ```text
//! runs/<time>-<slug>-<4 hex>/
//!   curve.json     every number, fold by fold
//!   config.toml    what was trained
//! ```
//!
//! The folder is made when all is measured ([`CurveReport::save`]). A curve that is stopped leaves nothing.

mod learning;
mod measure;
mod read;
mod report;
mod settings;
mod validation;

pub use learning::learning_curve;
pub use measure::Measured;
pub use report::{CurveAxis, CurveReport, CurveValue};
pub use settings::{LearningCurveSettings, ValidationCurveSettings};
pub use validation::validation_curve;
