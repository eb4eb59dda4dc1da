//! Of which settings nothing is said, so that they follow from the data.

use kiln_data::Reading;

use super::rule;
use crate::origin::Setter;
use crate::preset::Preset;
use crate::run::RunConfig;
use crate::settings::Settings;

/// The settings that follow from the data, because nothing is said about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Open {
    /// The whole section `[model]`.
    pub model: bool,
    /// `train.batch_size`.
    pub batch_size: bool,
    /// `train.epochs`.
    pub epochs: bool,
    /// The section `[early_stopping]`: where epochs are open, and no other end is set.
    pub early_stopping: bool,
    /// `early_stopping.patience`, in a section that is there.
    pub patience: bool,
    /// `data.refit`: where early stopping is open.
    pub refit: bool,
    /// `data.validation`: where `data.refit` is open.
    pub validation: bool,
    /// The section `[average]`: where early stopping, the model and what is done to its weights are open.
    pub average: bool,
    /// `train.monitor`: where early stopping and the loss are open.
    pub monitor: bool,
    /// What the preset `good` says of the model of a table: where the model is open, and the preset is `good` or `best`.
    pub good: bool,
    /// With [`good`](Self::good) the section `[optim]`.
    pub optim: bool,
    /// With [`good`](Self::good) the sections `[schedule]` and `[weight_decay_schedule]`.
    pub schedule: bool,
    /// With [`good`](Self::good) the section `[dropout_schedule]`.
    pub dropout: bool,
    /// With [`good`](Self::good) the section `[loss]`.
    pub smoothing: bool,
    /// That a large table gets a larger model: where the model, early stopping and the preset are open.
    pub table: bool,
    /// With [`good`](Self::good) or [`table`](Self::table) `data.scale`.
    pub scale: bool,
    /// `optim.lr`: where the optimiser is open, and the model is one that has a rate of its own, or will be.
    pub rate: bool,
}

impl Open {
    pub(crate) fn of(settings: &Settings, config: &RunConfig) -> Self {
        let said = |key: &str| says(settings, key);
        let train = &config.train;
        // A solver knows neither epochs nor batches.
        let by_steps = train.solver.is_none();
        let epochs = by_steps && !said("train.epochs");
        let early_stopping = epochs
            && config.early_stopping.is_none()
            && !settings.is_cleared("early_stopping")
            && train.steps.is_none()
            && train.kkt_tolerance.is_none()
            && !train.overfit_batch;
        let refit = early_stopping && config.data.refit.is_none();
        let good =
            by_steps && !says_model(settings) && matches!(config.preset, Some(Preset::Good | Preset::Best));
        let plain = config.penalty.is_empty() && config.constraint.is_empty();
        let average = early_stopping && plain && !says_model(settings) && config.average.is_none();
        let by_rows = !matches!(config.data.reading, Reading::First | Reading::Second);
        let table = by_rows && early_stopping && !says_model(settings) && config.preset.is_none();
        Self {
            model: !says_model(settings),
            batch_size: by_steps && !said("train.batch_size"),
            epochs,
            early_stopping,
            patience: config.early_stopping.is_some() && !said("early_stopping.patience"),
            refit,
            validation: refit && !said("data.validation") && config.data.validation_path.is_none(),
            average: average && !settings.is_cleared("average"),
            monitor: early_stopping && !said("train.monitor") && !said("loss"),
            good,
            optim: good && !said("optim"),
            schedule: good && !said("schedule") && !said("weight_decay_schedule"),
            dropout: good && !said("schedule") && !said("dropout_schedule"),
            smoothing: good && !said("loss"),
            table,
            scale: (good || table) && !said("data.scale") && config.data.standardize,
            rate: by_steps && !said("optim.lr") && !said("optim.kind") && has_rate(settings, config),
        }
    }

    /// Whether nothing is open.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether a setting, by its dotted key, is open.
    pub fn has(self, key: &str) -> bool {
        match key {
            "train.batch_size" => self.batch_size,
            "train.epochs" => self.epochs,
            "early_stopping.patience" => self.patience || self.early_stopping,
            "data.refit" => self.refit,
            "data.validation" => self.validation,
            "train.monitor" => self.monitor,
            "optim.lr" => self.rate || self.optim,
            "data.scale" => self.scale,
            key if key.starts_with("optim.") => self.optim,
            key if key.starts_with("schedule.") || key.starts_with("weight_decay_schedule.") => self.schedule,
            key if key.starts_with("dropout_schedule.") => self.dropout,
            key if key.starts_with("loss.") => self.smoothing,
            key if key.starts_with("early_stopping.") => self.early_stopping,
            key if key.starts_with("average.") => self.average,
            key => self.model && key.starts_with("model.") && !is_start(key),
        }
    }

    /// The keys that are open, in the order of `run.toml`.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("data.validation", self.validation),
            ("data.scale", self.scale),
            ("data.refit", self.refit),
            ("model", self.model),
            ("average", self.average),
            ("optim", self.optim),
            ("optim.lr", self.rate),
            ("schedule", self.schedule),
            ("dropout_schedule", self.dropout),
            ("loss", self.smoothing),
            ("train.epochs", self.epochs),
            ("train.batch_size", self.batch_size),
            ("train.monitor", self.monitor),
            ("early_stopping", self.early_stopping),
            ("early_stopping.patience", self.patience),
        ];
        all.into_iter().filter(|(_, open)| *open).map(|(key, _)| key)
    }
}

/// Whether the model is one that has a learning rate of its own, or will be because of the data.
fn has_rate(settings: &Settings, config: &RunConfig) -> bool {
    let texts = !says_model(settings) && config.data.holds_texts();
    texts || rule::rate(&config.model.network).is_some()
}

/// Whether anything is said about the model but which weights it starts from.
fn says_model(settings: &Settings) -> bool {
    settings.iter().any(|(key, setting)| {
        key.starts_with("model.") && !is_start(key) && setting.origin.setter != Setter::Default
    })
}

/// Whether a key is about the weights that a model starts from.
fn is_start(key: &str) -> bool {
    key.starts_with("model.weights")
}

/// Whether anything but kiln itself says something about a setting, or a setting of this section. The header of a section says
/// nothing.
fn says(settings: &Settings, key: &str) -> bool {
    let below = format!("{key}.");
    settings.iter().any(|(other, setting)| {
        (other == key || other.starts_with(&below))
            && setting.origin.setter != Setter::Default
            && !setting.value.is_table()
    })
}
