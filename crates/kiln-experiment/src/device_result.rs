//! How a device did in a comparison.

use kiln_core::Metrics;
use kiln_core::device::counts::StepCounts;
use serde::{Deserialize, Deserializer, Serialize};

/// How one device did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeviceResult {
    /// The device by its full name.
    pub device: String,
    /// Milliseconds of each timed step.
    #[serde(deserialize_with = "numbers")]
    pub milliseconds: Vec<f64>,
    /// Training items of all timed steps.
    pub items: usize,
    /// The most bytes that the process held while this device was at work, where that can be told apart.
    pub peak_rss_bytes: Option<u64>,
    /// The largest absolute difference of a step's loss from the first device's. `None` for the first.
    pub max_loss_diff: Option<f64>,
    /// The largest difference of a gradient's element from the first device's. `None` for the first.
    pub max_grad_diff: Option<f64>,
    /// The step, the parameter and the difference that first went beyond the tolerance.
    pub first_difference: Option<(u64, String, f64)>,
    /// The training loss of each compared step. Empty where an older kiln did not write it.
    #[serde(default, deserialize_with = "numbers")]
    pub losses: Vec<f64>,
    /// The first step, from 1, whose loss had other bits when the same steps were made again on this device. `None`: all had the same.
    pub again_differs_at: Option<u64>,
    /// Metrics after the last step, over the validation items.
    pub metrics: Metrics,
    /// What the steps asked of the device, where that was wanted ([`CompareSettings::profile`](crate::CompareSettings)) and can be counted: on wgpu.
    pub counts: Option<StepCounts>,
}

/// JSON has `null` for what is no number.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let numbers = Vec::<Option<f64>>::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}
