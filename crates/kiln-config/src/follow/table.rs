//! The settings of a table that a preset stands for.
//!
//! | setting | `good` | where it comes from |
//! |---|---|---|
//! | `data.scale` | `robust-smooth-clip` | RealMLP-TD, the defaults of pytabkit, here and below |
//! | `model` | `mlp` of three layers of 256, `input_scale`, `parametrization = "ntk"`, `learned_activation`, `first_values = "data"`, `categories`, dropout 0.15; selu for classes, mish for numbers | they were tuned on 118 tables |
//! | `model.embedding` | `pbld`, where there are numbers | |
//! | `optim` | AdamW, rate 0.04 for classes, 0.2 for numbers, betas 0.9 and 0.95, weight decay 0.02; six times the rate for the scale, a tenth for biases, learned activations and the embedding | |
//! | `schedule` | `coslog`, and for the weight decay and the dropout a cosine in the second half | |
//! | `loss.label_smoothing` | 0.1 for classes | |
//! | `train.batch_size` | 256 | |
//! | `train.epochs` | 256, and fewer where they would make more than 10,000 steps, at least 32 | the bound of steps is kiln's: of 10,000 rows 256 epochs |

use kiln_core::ParamSelection;
use kiln_data::Scaling;
use kiln_models::{
    Activation, CategoriesConfig, FirstValues, MlpConfig, ModelConfig, Parametrization, PbldConfig,
};
use kiln_objective::{CrossEntropyConfig, LossConfig};
use kiln_optim::{
    AdamwConfig, Anneal, CoslogShape, GroupConfig, OptimConfig, OptimizerConfig, StableDecayShape,
};

use super::open::Open;
use super::size::DataSize;
use crate::preset::Preset;
use crate::print::leaves;
use crate::resolve::Resolved;

/// Items of a batch.
pub(super) const BATCH: usize = 256;
/// Epochs of a small table.
const EPOCHS: u64 = 256;
/// Steps that a training has at most, where that leaves enough epochs.
const STEPS: u64 = 10_000;
/// Epochs of the largest table.
const FEWEST: u64 = 32;

/// Passes over the items.
pub(super) fn epochs(steps_per_epoch: u64) -> u64 {
    (STEPS / steps_per_epoch.max(1)).clamp(FEWEST, EPOCHS)
}

/// The scale of its columns.
pub(super) const SCALE: Scaling = Scaling::RobustSmoothClip;

impl Resolved {
    /// The settings of `good`, as far as they are open.
    pub(super) fn follow_good(&mut self, open: Open, size: &DataSize) {
        self.config.model.network = ModelConfig::from(model(size));
        if open.optim {
            self.config.optim = optim(size);
        }
        if open.schedule {
            self.config.schedule = CoslogShape::default().into();
        }
        // Another optimiser may have no weight decay.
        let decays = open.schedule && open.optim;
        if decays {
            self.config.weight_decay_schedule = Some(flat_cos().into());
        }
        if open.dropout {
            self.config.dropout_schedule = Some(flat_cos().into());
        }
        let smooth = open.smoothing && size.classes;
        if smooth {
            let loss = CrossEntropyConfig { label_smoothing: 0.1, ..CrossEntropyConfig::default() };
            self.config.loss = Some(LossConfig::from(loss));
        }
        for (key, value) in leaves(&self.config) {
            let section = key.split('.').next().unwrap_or_default();
            let follows = match section {
                "model" => true,
                "optim" => open.optim,
                "schedule" => open.schedule,
                "weight_decay_schedule" => decays,
                "dropout_schedule" => open.dropout,
                "loss" => smooth,
                _ => false,
            };
            if follows {
                self.follow_value(&key, value, "the preset \"good\"");
            }
        }
    }

    /// The same configuration for another preset.
    #[must_use]
    pub fn with_preset(&self, preset: Preset) -> Self {
        let mut other = self.clone();
        other.config.preset = Some(preset);
        other
    }

    /// The presets whose models [`Preset::Best`] weighs: one, where the configuration leaves nothing for a preset to choose.
    pub fn presets_of_best(&self) -> Vec<Preset> {
        let open = self.with_preset(Preset::Good).open();
        if open.good && !self.config.data.holds_texts() {
            vec![Preset::Good, Preset::Fast]
        } else {
            vec![Preset::Good]
        }
    }
}

fn flat_cos() -> StableDecayShape {
    StableDecayShape { decay: 0.5, anneal: Anneal::Cosine, ..StableDecayShape::default() }
}

fn model(size: &DataSize) -> MlpConfig {
    MlpConfig {
        hidden: vec![256; 3],
        activation: if size.classes { Activation::Selu } else { Activation::Mish },
        dropout: 0.15,
        input_scale: true,
        parametrization: Parametrization::Ntk,
        first_values: FirstValues::Data,
        learned_activation: true,
        categories: Some(CategoriesConfig::default()),
        embedding: (size.numbers > 0).then(|| PbldConfig::default().into()),
        ..MlpConfig::default()
    }
}

fn optim(size: &DataSize) -> OptimizerConfig {
    let lr = if size.classes { 0.04 } else { 0.2 };
    let rule = AdamwConfig { lr, betas: [0.9, 0.95], weight_decay: 0.02, ..AdamwConfig::default() };
    let of =
        |params, lr_factor, weight_decay| GroupConfig { lr_factor, weight_decay, ..GroupConfig::new(params) };
    let paths = |path: &str| ParamSelection::Paths(vec![path.to_owned()]);
    let pattern = |regex: &str| kiln_core::ParamPattern::new(regex).ok().map(ParamSelection::Matching);
    let mut group = vec![of(paths("scale"), 6.0, None)];
    group.extend((size.numbers > 0).then(|| of(paths("embedding"), 0.1, None)));
    group.extend(pattern(r"\.alpha$").map(|params| of(params, 0.1, None)));
    group.push(of(ParamSelection::Biases, 0.1, Some(0.0)));
    OptimizerConfig { group, ..OptimConfig::from(rule).into() }
}
