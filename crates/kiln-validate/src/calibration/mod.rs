//! Whether probabilities mean what they say: reliability, expected calibration error, Brier score, temperature.

mod diagram;
mod reliability;
mod temperature;

pub use diagram::diagram;
pub use reliability::{Bin, Reliability, brier_score, log_loss, reliability};
pub use temperature::{CalibrationError, temperature};
