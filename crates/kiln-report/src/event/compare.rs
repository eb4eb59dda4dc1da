//! What `kiln compare` says of a device.

use kiln_core::Metrics;
use kiln_core::device::counts::StepCounts;
use serde::{Deserialize, Serialize};

/// How one device did in a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compare {
    /// The device by its full name.
    pub device: String,
    /// Milliseconds of a training step.
    pub step_ms: Spread,
    /// Training items a second, at the median step.
    pub samples_per_second: f64,
    /// Most memory that the process has held while this device was at work.
    pub peak_rss_bytes: Option<u64>,
    /// Largest absolute difference of a step's loss from the first device's.
    pub max_loss_diff: Option<f64>,
    /// Largest absolute difference of a gradient's element from the first device's.
    pub max_grad_diff: Option<f64>,
    /// Where the difference first went beyond the tolerance, if it did.
    pub first_difference: Option<Difference>,
    /// The first step, from 1, whose loss had other bits when the steps were made again on the device. `null`: all had the same.
    #[serde(default)]
    pub again_differs_at: Option<u64>,
    /// Metrics after the last step, over the validation items.
    pub metrics: Metrics,
    /// What all counted steps together asked of the device, with `--profile` and on wgpu.
    #[serde(default)]
    pub profile: Option<Box<StepCounts>>,
}

impl Compare {
    /// Whether the same steps again had the same bits, in words.
    pub fn again(&self) -> String {
        self.again_differs_at.map_or_else(|| "same bits".to_owned(), |step| format!("other from step {step}"))
    }
}

/// Median and range of repeated measurements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Half of the measurements are below it.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// The first value of a comparison that is beyond the tolerance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Step, from 1.
    pub step: u64,
    /// Path of the parameter whose gradient differs, or `loss`.
    pub layer: String,
    /// The absolute difference.
    pub difference: f64,
}
