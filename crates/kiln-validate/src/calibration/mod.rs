//! Whether probabilities mean what they say: the reliability diagram, and the temperature that makes them honest. The
//! curve itself, calibration errors and the Brier score are in [`kiln_metrics`].

mod diagram;
mod refinement;
mod temperature;
mod threshold;

pub use diagram::diagram;
pub use refinement::{Refinement, refinement};
pub use temperature::{CalibrationError, temperature};
pub use threshold::{Threshold, ThresholdError, ThresholdRule, choose_threshold};
