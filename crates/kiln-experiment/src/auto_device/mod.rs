//! `--device auto`: the fastest device for this model, found by a short probe.

mod choose;
mod memory;

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use kiln_config::{Resolved, RunConfig};
use kiln_core::Weights;
use kiln_core::device::{DeviceError, DeviceName, candidates};
use kiln_models::Network;
use kiln_train::TrainError;

use crate::device_choice::DeviceChoice;
use crate::error::{ExperimentError, Locate};
use crate::job::{Job, in_pool};
use crate::observer::{Event, Observer, tell};
use choose::{Rule, choose};

/// How `device = "auto"` is settled: a few steps of the training on each candidate, the fastest wins.
///
/// | field | default |
/// |---|---|
/// | `candidates` | [`candidates`]: the first GPU of each backend that opens, and the CPU |
/// | `memory` | `kiln/devices.json` in the user's folder for caches |
/// | `limit` | 5 seconds for all of them together, but for a step that has begun |
/// | `short` | 20 seconds: a run that the CPU ends in less is not worth a look at another device |
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::AutoDevice;
///
/// let overrides = vec!["device=auto".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let settled = AutoDevice::default().settle(&resolved, &())?;
/// assert_ne!(settled.config.device, "auto");
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone)]
pub struct AutoDevice {
    /// The devices to choose among.
    pub candidates: Vec<DeviceName>,
    /// The file in which choices are kept. `None`: nowhere.
    pub memory: Option<PathBuf>,
    /// The most that all steps together take.
    pub limit: Duration,
    /// The length of a run on the CPU below which no other device is tried.
    pub short: Duration,
}

impl Default for AutoDevice {
    fn default() -> Self {
        let (limit, short) = (choose::LIMIT, choose::SHORT);
        Self { candidates: candidates(), memory: memory::usual_place(), limit, short }
    }
}

impl AutoDevice {
    /// The default, where the configuration says `auto`.
    pub(crate) fn of(resolved: &Resolved) -> Option<Self> {
        matches!(resolved.config.device.parse(), Ok(DeviceName::Auto)).then(Self::default)
    }

    /// The configuration with the device that is chosen, where it says `auto`; else as it is. Reads the data where there is a choice.
    ///
    /// # Errors
    /// No candidate, and whatever keeps a training from its first step.
    pub fn settle<'a>(
        &self,
        resolved: &'a Resolved,
        observer: &dyn Observer,
    ) -> Result<Cow<'a, Resolved>, ExperimentError> {
        if Self::of(resolved).is_none() {
            return Ok(Cow::Borrowed(resolved));
        }
        let first = self.first(resolved)?;
        if self.candidates.len() == 1 {
            return Ok(Cow::Owned(first));
        }
        let choice = self.choose(&mut Job::load(&first)?, observer)?;
        Ok(Cow::Owned(resolved.with_device(&choice.device)))
    }

    /// The configuration on the candidate that is tried first, the CPU where there is one: so that no other device is opened in vain.
    pub(crate) fn first(&self, resolved: &Resolved) -> Result<Resolved, ExperimentError> {
        let cpu = self.candidates.iter().find(|name| name.is_cpu()).or(self.candidates.first());
        let none = DeviceError::NotCompiled { backend: "flex" };
        let name = cpu.ok_or_else(|| resolved.locate_at("device", none))?;
        Ok(resolved.with_device(&name.to_string()))
    }

    /// Chooses for a job, and moves it there.
    ///
    /// # Errors
    /// A first batch that cannot be made.
    pub fn choose(
        &self,
        job: &mut Job<'_>,
        observer: &dyn Observer,
    ) -> Result<DeviceChoice, ExperimentError> {
        let key = self.key(job);
        let recalled = self.memory.as_deref().and_then(|path| memory::recall(path, &key));
        let known =
            |choice: &DeviceChoice| self.candidates.iter().any(|name| name.to_string() == choice.device);
        let choice = match recalled.filter(known) {
            Some(choice) => choice,
            None => self.probe(job)?,
        };
        let tried = choice.candidates.iter().filter(|of| of.step_ms.is_some()).count();
        if let Some(path) = self.memory.as_deref().filter(|_| tried > 1 && !choice.remembered) {
            memory::keep(path, key, &choice);
        }
        tell(observer, &Event::DeviceChosen(&choice))?;
        let name: DeviceName = choice.device.parse()?;
        job.device = name.open()?;
        let settled = job.resolved.with_device(&choice.device);
        *job.resolved.to_mut() = settled;
        Ok(choice)
    }

    fn probe(&self, job: &Job<'_>) -> Result<DeviceChoice, ExperimentError> {
        if self.candidates.len() < 2 {
            return Ok(DeviceChoice::only(&job.config().device, &self.candidates, ""));
        }
        if job.config().train.solver.is_some() {
            let reason = "not tried, a solver computes on the CPU";
            return Ok(DeviceChoice::only(&job.config().device, &self.candidates, reason));
        }
        let rule = Rule { limit: self.limit, short: self.short, steps: steps(job)? };
        in_pool(|| self.measure(job, &rule)).and_then(|choice| choice)
    }

    fn measure(&self, job: &Job<'_>, rule: &Rule) -> Result<DeviceChoice, ExperimentError> {
        let (trainer, data, weights) = (job.trainer(), job.data()?, Weights::of(&job.model()?));
        let init = |device: &Device| -> Result<Network, TrainError> {
            let model = job.blueprint.model(&job.resolved, device);
            model.map_err(|error| TrainError::Device { reason: error.to_string() })
        };
        let mut measure = |name: DeviceName, limit: Duration| {
            let device = name.open().map_err(|error| error.to_string())?;
            // A driver that fails, or has too little memory, ends in a panic: this device is not chosen then.
            let step = || trainer.probe_step(&device, &init, &weights, &data, limit);
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(step)) {
                Ok(step) => step.map_err(|error| error.to_string()),
                Err(_) => Err("it fails in its first steps".to_owned()),
            }
        };
        let began = Instant::now();
        Ok(choose(&self.candidates, rule, &mut measure, &|| began.elapsed()))
    }

    /// What a choice depends on: the model and how it is trained, the devices, the machine's threads, the version.
    fn key(&self, job: &Job<'_>) -> String {
        let RunConfig { model, loss, augment, mix, optim, gradient, penalty, train, .. } = job.config();
        let of = (&job.summary, (model, loss, augment, mix), (optim, gradient, penalty), train.batch_size);
        let names: Vec<String> = self.candidates.iter().map(ToString::to_string).collect();
        let on = (names, rayon::current_num_threads(), env!("CARGO_PKG_VERSION"), train.accumulate);
        let text = serde_json::to_vec(&(of, on)).unwrap_or_default();
        blake3::hash(&text).to_hex().to_string()
    }
}

/// The configuration on the device of [`AutoDevice::settle`] with its defaults.
pub(crate) fn settled<'a>(
    resolved: &'a Resolved,
    observer: &dyn Observer,
) -> Result<Cow<'a, Resolved>, ExperimentError> {
    AutoDevice::of(resolved).map_or(Ok(Cow::Borrowed(resolved)), |auto| auto.settle(resolved, observer))
}

/// Batches of the whole run.
fn steps(job: &Job<'_>) -> Result<u64, ExperimentError> {
    let train = &job.config().train;
    let by_epochs = train.epochs.saturating_mul(job.steps_per_epoch()?);
    let steps = train.steps.map_or(by_epochs, |steps| steps.min(by_epochs));
    Ok(steps.saturating_mul(train.accumulate as u64))
}
