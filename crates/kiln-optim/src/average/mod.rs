//! Averages of the weights: exponential, and stochastic weight averaging.

mod kind;
mod state;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamKind, params};

pub use kind::{AverageKind, Timing};

kiln_core::kinds! {
    /// The section `[average]`: an average of the weights beside those that are trained.
    pub enum AverageConfig: AverageKind {
        "ema" => ema::Ema(EmaConfig),
        "swa" => swa::Swa(SwaConfig),
    }
}

/// An average of a model's weights, beside the model.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::Weights;
/// use kiln_optim::{Average, AverageConfig, EmaConfig};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default());
/// let config = AverageConfig::Ema(EmaConfig::default());
/// let mut average = Average::new(&config, 10, 100)?;
/// average.update(&model, 1);
/// // The first average is the weights.
/// let averaged = average.apply(model.clone());
/// assert_eq!(Weights::of(&averaged).blake3(), Weights::of(&model).blake3());
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Average {
    config: AverageConfig,
    timing: Timing,
    updates: u64,
    tensors: BTreeMap<String, Tensor<1>>,
}

impl Average {
    /// An average of nothing yet, for a run of `total_steps`.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn new(config: &AverageConfig, steps_per_epoch: u64, total_steps: u64) -> Result<Self, NumberError> {
        let timing = config.as_kind().timing(steps_per_epoch, total_steps)?;
        Ok(Self { config: config.clone(), timing, updates: 0, tensors: BTreeMap::new() })
    }

    /// Takes in the weights of `model` behind step number `step` (from 1), if that is one of the steps. Nothing here
    /// waits for the device.
    ///
    /// The last step of an interval counts, so that with an interval of an epoch it is the last of each epoch.
    pub fn update<M: Module>(&mut self, model: &M, step: u64) {
        let Timing { start, every } = self.timing;
        if step <= start || !(step - start).is_multiple_of(every) {
            return;
        }
        let keep = if self.updates == 0 { 0.0 } else { self.config.as_kind().kept(self.updates) };
        let takes_statistics = !self.needs_statistics();
        // Evaluation mode makes Burn merge pending running statistics; a plain visit would miss the last update.
        params::for_each(&model.valid(), |info, weight| {
            let running = info.kind == ParamKind::Running;
            let new = match self.tensors.remove(&info.path) {
                Some(average) if running && !takes_statistics => average,
                // PyTorch's lerp: exact where both are equal.
                Some(average) => {
                    let way = weight.sub(average.clone()).mul_scalar(1.0 - keep);
                    average.add(way)
                }
                None => weight,
            };
            self.tensors.insert(info.path.clone(), new);
        });
        self.updates += 1;
    }

    /// Number of updates so far; without any there is no average.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Whether evaluation goes by the average: asked for, and there is one.
    pub fn counts(&self) -> bool {
        self.config.as_kind().evaluate() && self.updates > 0
    }

    /// Whether running statistics of batch norm have to be computed for the average: a mean of weights has none.
    pub fn needs_statistics(&self) -> bool {
        !self.config.as_kind().averages_statistics()
    }

    /// Sets the running statistics of the average to those of `model`, which has its weights.
    pub fn set_statistics<M: Module>(&mut self, model: &M) {
        params::for_each(&model.valid(), |info, value| {
            if info.kind == ParamKind::Running {
                self.tensors.insert(info.path.clone(), value);
            }
        });
    }

    /// The model, in evaluation mode, with the average in place of its weights; unchanged without an average.
    pub fn apply<M: Module>(&self, model: M) -> M {
        params::replace(model.valid(), |info, weight| match self.tensors.get(&info.path) {
            Some(average) => average.clone().cast(weight.dtype()),
            None => weight,
        })
    }
}
