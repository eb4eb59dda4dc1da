//! Whether probabilities mean what they say.

mod bins;
mod curve;
mod perplexity;

pub use bins::{CalibrationBin, CalibrationBins, CalibrationCurve};
pub use curve::{
    Binning, calibration_curve, expected_calibration_error, maximum_calibration_error, top_label,
};
pub use perplexity::perplexity;
