//! Everything that decides what a run does.

use kiln_augment::{AugmentConfig, MixConfig};
use kiln_core::device::DeviceName;
use kiln_core::{NumberError, Range, check};
use kiln_data::DataConfig;
use kiln_data::corpus::CorpusConfig;
use kiln_models::{MlpConfig, ModelConfig};
use kiln_objective::{ConstraintConfig, LossConfig, PenaltyConfig};
use kiln_optim::{
    AdamConfig, Average, AverageConfig, GradientConfig, OptimConfig, OptimizerConfig, ScheduleConfig,
};
use kiln_train::{CheckpointConfig, EarlyStoppingConfig, FreezeConfig, TrainConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::ModelSettings;
use crate::preset::Preset;

/// Everything that decides what a run does: the contents of `run.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// From which every random draw follows, at most 2⁶³ − 1 (the largest whole number of TOML). Default 0.
    #[serde(default)]
    #[schemars(range(max = i64::MAX))]
    pub seed: u64,
    /// Where tensors live: the name that `--device` takes; `auto` stands for the fastest that opens, found by a short probe. Default `flex`.
    #[serde(default = "flex")]
    pub device: String,
    /// Threads of the CPU backend, at least 1. Default: one for each core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub threads: Option<usize>,
    /// The run's name, a part of the name of its folder. Default: the name of the recipe or file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the settings of a table are chosen for that nothing is said about: `fast`, `good` or `best`. Default: `fast`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The data.
    pub data: DataConfig,
    /// How a corpus is read, and how often a model of it is judged. Default: where `data.source` is `corpus`, in characters, every 250 steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpus: Option<CorpusConfig>,
    /// How the training items are augmented. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augment: Option<AugmentConfig>,
    /// How the items of a batch are mixed. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mix: Option<MixConfig>,
    /// The model. Default: a multi-layer perceptron, and for images a convolutional network that fits them.
    #[serde(default = "mlp")]
    pub model: ModelSettings,
    /// The loss. Default: cross-entropy for classes, mean squared error for numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossConfig>,
    /// Terms that are added to the loss. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub penalty: Vec<PenaltyConfig>,
    /// Where weights must lie after every update. Default: anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraint: Vec<ConstraintConfig>,
    /// Parameters that are not trained for a while, or never. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freeze: Vec<FreezeConfig>,
    /// The optimiser. Default: Adam.
    #[serde(default = "adam")]
    pub optim: OptimizerConfig,
    /// How the learning rate changes. Default: not at all.
    #[serde(default)]
    pub schedule: ScheduleConfig,
    /// How the momentum, or the first beta, changes. Default: not at all, but for `schedule.cycle_momentum`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub momentum_schedule: Option<ScheduleConfig>,
    /// How the weight decay changes. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_decay_schedule: Option<ScheduleConfig>,
    /// Which share of its dropout the model has in each step: `lr` stands for all of it. Default: all of it in every step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropout_schedule: Option<ScheduleConfig>,
    /// Which share of its label smoothing the loss has in each step of training, in the same way. Default: all of it in every step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_smoothing_schedule: Option<ScheduleConfig>,
    /// What is done to the gradient. Default: nothing.
    #[serde(default)]
    pub gradient: GradientConfig,
    /// An average of the weights. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<AverageConfig>,
    /// The training loop.
    #[serde(default)]
    pub train: TrainConfig,
    /// When training stops before its end. Default: where nothing is said of `train.epochs` and there is a validation part, with
    /// a patience that follows from the size of the data; else never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStoppingConfig>,
    /// When the state is saved.
    #[serde(default)]
    pub checkpoint: CheckpointConfig,
}

fn flex() -> String {
    "flex".to_owned()
}

fn mlp() -> ModelSettings {
    ModelConfig::from(MlpConfig::default()).into()
}

fn adam() -> OptimizerConfig {
    OptimConfig::from(AdamConfig::default()).into()
}

impl RunConfig {
    /// These settings as JSON, for programs to keep. Written and read in this crate, so that what serde makes of every setting is compiled
    /// once, and quickly.
    ///
    /// # Errors
    /// None that is known: each setting has a form in JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The settings that [`RunConfig::to_json`] wrote.
    ///
    /// # Errors
    /// For anything else.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The device by its name.
    ///
    /// # Errors
    /// When there is no such name; whether it opens shows only when it is opened.
    pub fn device_name(&self) -> Result<DeviceName, kiln_core::device::DeviceError> {
        self.device.parse()
    }

    /// Checks the numbers that do not depend on the data.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        if let Some(threads) = self.threads {
            check::at_least("threads", threads, 1)?;
        }
        Range::BELOW_ONE.check("data.validation", self.data.validation)?;
        Range::BELOW_ONE.check("data.test", self.data.test)?;
        self.gradient.check()?;
        if let Some(corpus) = &self.corpus {
            corpus.check()?;
        }
        if let Some(lora) = &self.model.lora {
            lora.check()?;
        }
        for (place, freeze) in self.freeze.iter().enumerate() {
            freeze.check(&format!("freeze.{place}"))?;
        }
        if let Some(average) = &self.average {
            // Lengths do not matter to whether it is right.
            Average::new(average, 1, 1)?;
        }
        self.train.check()?;
        self.checkpoint.check()?;
        self.early_stopping.as_ref().map_or(Ok(()), EarlyStoppingConfig::check)
    }
}
