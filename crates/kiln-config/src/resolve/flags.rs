//! Flags that stand for settings.

use std::path::{Path, PathBuf};

use toml::Value;

use crate::error::ConfigError;
use crate::origin::{Origin, Setter};
use crate::preset::Preset;
use crate::settings::{Layer, Setting};
use crate::start::START;

/// Flags that stand for settings.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--seed`: the setting `seed`.
    pub seed: Option<u64>,
    /// `--device`: the setting `device`.
    pub device: Option<String>,
    /// `--threads`: the setting `threads`.
    pub threads: Option<usize>,
    /// `--name`: the setting `name`.
    pub name: Option<String>,
    /// `--preset`: the setting `preset`.
    pub preset: Option<Preset>,
    /// `--data`: the setting `data.path`.
    pub data: Option<PathBuf>,
    /// `--solver`: the setting `train.solver`.
    pub solver: Option<&'static str>,
    /// `--target`: the setting `data.target`.
    pub target: Vec<String>,
    /// `--epochs`: the setting `train.epochs`.
    pub epochs: Option<u64>,
    /// `--from`: the setting `model.weights`.
    pub from: Option<PathBuf>,
}

/// The layer that they make.
pub(super) fn flags(flags: &Flags) -> Result<Layer, ConfigError> {
    let mut layer = Layer::new();
    let mut set = |key: &str, flag: &'static str, value: Value| {
        layer.push((key.to_owned(), Setting { value, origin: Origin::plain(Setter::Flag(flag)) }));
    };
    if let Some(seed) = flags.seed {
        set("seed", "--seed", Value::Integer(i64::try_from(seed).unwrap_or(i64::MAX)));
    }
    if let Some(threads) = flags.threads {
        set("threads", "--threads", Value::Integer(i64::try_from(threads).unwrap_or(i64::MAX)));
    }
    if let Some(device) = &flags.device {
        set("device", "--device", Value::String(device.clone()));
    }
    if let Some(name) = &flags.name {
        set("name", "--name", Value::String(name.clone()));
    }
    if let Some(preset) = flags.preset {
        set("preset", "--preset", Value::String(preset.name().to_owned()));
    }
    if let Some(solver) = flags.solver {
        set("train.solver", "--solver", Value::String(solver.to_owned()));
    }
    if !flags.target.is_empty() {
        let names = flags.target.iter().map(|name| Value::String(name.clone()));
        set("data.target", "--target", Value::Array(names.collect()));
    }
    if let Some(epochs) = flags.epochs {
        set("train.epochs", "--epochs", Value::Integer(i64::try_from(epochs).unwrap_or(i64::MAX)));
    }
    if let Some(path) = &flags.from {
        set(START, "--from", Value::String(text(path)?));
    }
    if let Some(path) = &flags.data {
        set("data.path", "--data", Value::String(text(path)?));
    }
    Ok(layer)
}

fn text(path: &Path) -> Result<String, ConfigError> {
    let text = path.to_str().ok_or_else(|| ConfigError::PathNotUtf8 { path: path.to_owned() })?;
    Ok(text.to_owned())
}
