//! The same training on several devices: speed, memory and results.

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::device::DeviceName;
use kiln_core::device::counts::StepCounts;
use kiln_core::{Weights, memory};
use kiln_models::Network;
use kiln_train::{Data, Task, TrainError, Trainer};

use crate::device_result::DeviceResult;
use crate::error::ExperimentError;
use crate::job::Job;
use crate::observer::{Event, Observer, tell};

/// Steps before the clock starts: the first ones fill caches and compile kernels.
const WARM_UP: u64 = 5;

/// How devices are compared. Default: nothing but flex, 50 steps, a tolerance of 1e-3.
#[derive(Debug, Clone)]
pub struct CompareSettings {
    /// The devices. The others are compared with the first.
    pub devices: Vec<DeviceName>,
    /// Steps that are compared and timed, at least 1.
    pub steps: u64,
    /// The difference of a loss or gradient that counts.
    pub tolerance: f64,
    /// Whether to count what the steps ask of the devices, too. Default: no.
    pub profile: bool,
}

impl Default for CompareSettings {
    fn default() -> Self {
        Self { devices: vec![DeviceName::Flex], steps: 50, tolerance: 1e-3, profile: false }
    }
}

/// Trains a configuration on several devices, step by step from the same weights. The observer hears of a
/// device as soon as it is measured.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{CompareSettings, compare};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let found = compare(&resolved, &CompareSettings { steps: 3, ..CompareSettings::default() }, &())?;
/// assert_eq!((found[0].milliseconds.len(), found[0].max_loss_diff), (3, None));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A device that does not open, and whatever keeps a step from its end.
pub fn compare(
    resolved: &Resolved,
    settings: &CompareSettings,
    observer: &dyn Observer,
) -> Result<Vec<DeviceResult>, ExperimentError> {
    let CompareSettings { devices: names, steps, tolerance, profile } = settings;
    let devices: Vec<Device> = names.iter().map(|name| name.open()).collect::<Result<_, _>>()?;
    let job = Job::load(resolved)?;
    let (trainer, data) = (job.trainer(), job.data()?);
    let init = |device: &Device| -> Result<Network, TrainError> {
        let model = job.blueprint.model(resolved, device);
        model.map_err(|error| TrainError::Device { reason: error.to_string() })
    };
    let weights = Weights::of(&job.blueprint.model(resolved, &devices[0])?);
    let mut counts = Vec::new();
    for (name, device) in names.iter().zip(&devices) {
        // First of all: what a kernel is told a second time is not uploaded again.
        counts.push(if *profile && counted(*name) {
            count(&trainer, device, &init, &weights, &data, *steps)?
        } else {
            None
        });
    }
    tell(observer, &Event::ComparingDevices { devices: names, steps: *steps })?;
    let differences = trainer.compare(&devices, &init, &weights, &data, *steps, *tolerance)?;
    let mut results: Vec<DeviceResult> = Vec::new();
    for (((name, device), difference), counts) in names.iter().zip(&devices).zip(differences).zip(counts) {
        tell(observer, &Event::TimingDevice { device: name, steps: *steps })?;
        let separable = memory::reset_peak_rss();
        let times = trainer.time_steps(device, &init, &weights, &data, WARM_UP, *steps)?;
        let first = results.is_empty();
        let result = DeviceResult {
            device: name.to_string(),
            items: times.items,
            milliseconds: times.milliseconds,
            peak_rss_bytes: memory::peak_rss().filter(|_| separable),
            max_loss_diff: (!first).then_some(difference.max_loss_diff),
            max_grad_diff: (!first).then_some(difference.max_grad_diff),
            first_difference: difference.first.map(|first| (first.step, first.parameter, first.difference)),
            again_differs_at: first_other(&difference.losses, &times.losses),
            losses: difference.losses,
            metrics: difference.metrics,
            counts,
        };
        tell(observer, &Event::DeviceTimed(&result))?;
        results.push(result);
    }
    Ok(results)
}

/// The first step, from 1, at which two trainings have other losses, to the last bit.
fn first_other(one: &[f64], again: &[f64]) -> Option<u64> {
    let place = one.iter().zip(again).position(|(one, again)| one.to_bits() != again.to_bits());
    place.map(|place| place as u64 + 1)
}

/// Whether what is asked of the device can be counted: it goes through wgpu.
fn counted(device: DeviceName) -> bool {
    matches!(device, DeviceName::Wgpu(_) | DeviceName::Vulkan(_) | DeviceName::Metal(_))
}

/// What the steps ask of the device, after the warm-up.
#[cfg(feature = "wgpu")]
fn count<T: Task>(
    trainer: &Trainer<T>,
    device: &Device,
    init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
    weights: &Weights,
    data: &Data<T::Batch>,
    steps: u64,
) -> Result<Option<StepCounts>, TrainError> {
    trainer.count_steps(device, init, weights, data, WARM_UP, steps)
}

/// Without the backend there is no such device.
#[cfg(not(feature = "wgpu"))]
fn count<T: Task>(
    _: &Trainer<T>,
    _: &Device,
    _: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
    _: &Weights,
    _: &Data<T::Batch>,
    _: u64,
) -> Result<Option<StepCounts>, TrainError> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_other_loss_is_found_to_the_last_bit() {
        let again = [0.5, 0.25, 0.125_000_000_000_000_03];
        assert_eq!(first_other(&[0.5, 0.25], &again), None);
        assert_eq!(first_other(&[0.5, 0.25, 0.125], &again), Some(3));
        assert_eq!(first_other(&[f64::NAN], &[f64::NAN]), None);
    }
}
