//! All layers, merged, built and checked.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kiln_core::NumberError;
use kiln_core::device::{DeviceError, DeviceName};
use toml::Value;

use super::error::ConfigError;
use super::number::OutOfRange;
use super::origin::{Origin, Setter, Snippet};
use super::run::RunConfig;
use super::settings::{Layer, Setting, Settings};
use super::{argument, build, environment, file};
use crate::error::CliError;

/// What a configuration is made of, strongest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// A file or recipe.
    pub(crate) config: Option<String>,
    /// The environment of the process.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// `key=value` arguments.
    pub(crate) overrides: Vec<String>,
    /// Flags that stand for settings.
    pub(crate) flags: Flags,
}

/// Flags that stand for settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub(crate) seed: Option<u64>,
    pub(crate) device: Option<String>,
    pub(crate) threads: Option<usize>,
    pub(crate) name: Option<String>,
    pub(crate) data: Option<PathBuf>,
}

/// A configuration with the memory of who set what.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) config: RunConfig,
    /// The name of the recipe or file, for the name of the run.
    pub(crate) label: String,
    settings: Settings,
}

/// Reads and merges all layers.
///
/// # Errors
/// [`ConfigError`] for whatever cannot be read, is unknown, missing or of the wrong type. Ranges are checked by
/// [`Resolved::check`].
pub(crate) fn resolve(request: &Request) -> Result<Resolved, ConfigError> {
    // `kiln train data.source=iris`: the first argument need not be a configuration.
    let (config, first) = match &request.config {
        Some(word) if argument::is_assignment(word) && !Path::new(word).exists() => (None, Some(word.clone())),
        config => (config.clone(), None),
    };
    let overrides: Vec<String> = first.into_iter().chain(request.overrides.iter().cloned()).collect();
    let mut settings = Settings::default();
    settings.merge(defaults())?;
    if let Some(config) = &config {
        settings.merge(file::read(config)?)?;
    }
    settings.merge(environment::layer(&request.environment)?)?;
    for layer in argument::layers(&overrides)? {
        settings.merge(layer)?;
    }
    settings.merge(flags(&request.flags)?)?;
    settings.anchor_path(config.as_deref());
    let config_built = build::build(&settings)?;
    let label = label(config.as_deref(), &config_built);
    Ok(Resolved { config: config_built, label, settings })
}

fn defaults() -> Layer {
    let kind = |key: &str, kind: &str| {
        let value = Value::String(kind.to_owned());
        (key.to_owned(), Setting { value, origin: Origin::plain(Setter::Default) })
    };
    vec![kind("model.kind", "mlp"), kind("optim.kind", "adam"), kind("schedule.kind", "constant")]
}

fn flags(flags: &Flags) -> Result<Layer, ConfigError> {
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
    if let Some(path) = &flags.data {
        set("data.path", "--data", Value::String(text(path)?));
    }
    Ok(layer)
}

fn text(path: &Path) -> Result<String, ConfigError> {
    let text = path.to_str().ok_or_else(|| ConfigError::PathNotUtf8 { path: path.to_owned() })?;
    Ok(text.to_owned())
}

impl Settings {
    /// Makes `data.path` absolute, so that a run can be resumed from any folder. A path in a file counts from the
    /// file, any other from the current folder.
    fn anchor_path(&mut self, config: Option<&str>) {
        let Some(setting) = self.get("data.path") else { return };
        let Some(path) = setting.value.as_str().filter(|path| !path.is_empty()) else { return };
        let base = match (&setting.origin.setter, config) {
            (Setter::File, Some(file)) => Path::new(file).parent().unwrap_or(Path::new("")),
            _ => Path::new(""),
        };
        let absolute = std::path::absolute(base.join(path)).ok();
        if let Some(absolute) = absolute.as_deref().and_then(Path::to_str) {
            let value = Value::String(absolute.to_owned());
            self.replace("data.path", value);
        }
    }
}

fn label(config: Option<&str>, built: &RunConfig) -> String {
    let stem = config.and_then(|config| Path::new(config).file_stem()).and_then(|stem| stem.to_str());
    // Every run calls its configuration run.toml; that says nothing.
    let file = stem.filter(|stem| *stem != "run").map(str::to_owned);
    built.name.clone().or(file).unwrap_or_else(|| built.data.source.clone())
}

impl Resolved {
    /// Checks all that can be checked without the data.
    ///
    /// # Errors
    /// The first number out of its range, or a device that there is not.
    pub(crate) fn check(&self) -> Result<DeviceName, CliError> {
        self.config.check().map_err(|error| self.blame(error))?;
        self.config.device_name().map_err(|error| self.blame_device(error))
    }

    /// A number error with the line that set the number.
    pub(crate) fn blame(&self, error: NumberError) -> CliError {
        let place = self.settings.find(&error.name).and_then(|setting| setting.origin.value_snippet());
        CliError::OutOfRange(OutOfRange { error, place })
    }

    /// A device error with the line that named the device.
    pub(crate) fn blame_device(&self, error: DeviceError) -> CliError {
        CliError::Device { error, place: self.place("device") }
    }

    /// Where the value of a key was set, if it can be shown.
    pub(crate) fn place(&self, key: &str) -> Option<Snippet> {
        self.settings.get(key).and_then(|setting| setting.origin.value_snippet())
    }

    /// Who set a key.
    pub(crate) fn set_by(&self, key: &str) -> String {
        self.settings.get(key).map_or_else(|| "default".to_owned(), |setting| setting.origin.to_string())
    }
}
