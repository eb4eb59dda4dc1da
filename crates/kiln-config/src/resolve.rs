//! All layers, merged, built and checked.

mod access;
mod flags;

use std::ffi::OsString;
use std::path::Path;

use kiln_core::Explain;
use kiln_core::device::DeviceName;
use kiln_data::InputShape;
use kiln_models::ModelError;
use kiln_objective::ObjectiveError;
use kiln_optim::{OptimError, Optimizer};
use toml::Value;

pub use flags::Flags;
use flags::flags;

use crate::data::data_settings;
use crate::error::ConfigError;
use crate::file::Text;
use crate::origin::{Origin, Setter};
use crate::run::RunConfig;
use crate::settings::{Layer, Setting, Settings};
use crate::start::{self, START};
use crate::{argument, build, environment, file, schema};

/// What a configuration is made of, strongest last.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// A file or recipe.
    pub config: Option<String>,
    /// What the file says, where it was read before: it is not read again. A pipe can be read once only, and a file may change.
    pub text: Option<String>,
    /// The environment of the process; what does not begin with `KILN_` is passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// `key=value` arguments; a later one wins.
    pub overrides: Vec<String>,
    /// Flags that stand for settings.
    pub flags: Flags,
    /// Whether what nothing is said about has the same default for all data, as it had before it followed from their size.
    pub fixed_defaults: bool,
}

/// A configuration with the memory of who set what.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The configuration.
    pub config: RunConfig,
    /// The name of the recipe or file, for the name of the run.
    pub label: String,
    /// The section `[tune]` of the file: what `kiln tune` varies.
    pub tune: Layer,
    settings: Settings,
    request: Request,
    /// Whether what follows from the data is filled in.
    pub(crate) is_sized: bool,
    /// Whether a table has the rows for the larger model; `None` where nobody has looked.
    pub(crate) is_large: Option<bool>,
}

/// Reads and merges all layers.
///
/// # Errors
/// [`ConfigError`] for whatever cannot be read, is unknown, missing or of the wrong type. Ranges are checked by
/// [`Resolved::check`].
pub fn resolve(request: &Request) -> Result<Resolved, ConfigError> {
    // `kiln train data.source=iris`, `kiln train houses.csv`: the first argument need not be a configuration.
    let (config, first) = match &request.config {
        Some(word) if argument::is_assignment(word) && request.text.is_none() && !file::is_there(word) => {
            (None, vec![word.clone()])
        }
        Some(word)
            if request.text.is_none()
                && let Some(settings) = data_settings(word) =>
        {
            (None, settings)
        }
        config => (config.clone(), Vec::new()),
    };
    let overrides: Vec<String> = first.into_iter().chain(request.overrides.iter().cloned()).collect();
    let mut layers = vec![defaults()];
    let mut tune = Layer::new();
    let text = match (&config, &request.text) {
        (Some(_), Some(text)) => Some(Text { text: text.clone(), is_recipe: false }),
        (Some(config), None) => Some(Text::of(config)?),
        (None, _) => None,
    };
    if let (Some(config), Some(text)) = (&config, &text) {
        let (spaces, layer) = text
            .layer(config)?
            .into_iter()
            .partition(|(key, _)| key.split('.').next().is_some_and(|section| section == "tune"));
        tune = spaces;
        layers.push(layer);
    }
    layers.push(environment::layer(&request.environment)?);
    layers.extend(argument::layers(&overrides)?);
    layers.push(flags(&request.flags)?);
    let mut settings = Settings::merged(&layers, config.as_deref())?;
    if let Some(model) = start::model_of(&settings)? {
        // Stronger than the defaults alone.
        layers.insert(1, model);
        settings = Settings::merged(&layers, config.as_deref())?;
    }
    let config_built = build::build(&settings).map_err(|error| match error {
        ConfigError::Missing { key, place: None, .. } if config.is_none() && key == "data.source" => {
            ConfigError::NoConfiguration
        }
        error => error,
    })?;
    let label = label(config.as_deref(), &config_built);
    let kept = text.filter(|text| !text.is_recipe).map(|text| text.text);
    let request = Request { text: kept, ..request.clone() };
    Ok(Resolved { config: config_built, label, tune, settings, request, is_sized: false, is_large: None })
}

/// The kinds of the sections that are there even if nothing is said about them.
fn defaults() -> Layer {
    let kinds = schema::default_kinds().map(|(section, kind)| {
        let value = Value::String(kind.to_owned());
        (format!("{section}.kind"), Setting { value, origin: Origin::plain(Setter::Default) })
    });
    kinds.collect()
}

impl Settings {
    /// These layers over each other, the strongest last, with absolute paths.
    fn merged(layers: &[Layer], config: Option<&str>) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        layers.iter().try_for_each(|layer| settings.merge(layer.clone()))?;
        settings.anchor_paths(config);
        Ok(settings)
    }

    /// Makes the paths of data absolute, so that a run can be resumed from any folder. A path in a file counts from the
    /// file, any other, also one that came through a pipe, from the current folder.
    fn anchor_paths(&mut self, config: Option<&str>) {
        for key in [
            "data.path",
            "data.validation_path",
            "data.test_path",
            "data.images",
            "data.cache",
            "data.tokenizer.path",
            START,
        ] {
            self.anchor(key, config);
        }
    }

    fn anchor(&mut self, key: &str, config: Option<&str>) {
        let Some(setting) = self.get(key) else { return };
        let Some(path) = setting.value.as_str().filter(|path| !path.is_empty()) else { return };
        let base = match (&setting.origin.setter, config) {
            (Setter::File, Some(name)) if !file::is_pipe(name) => {
                Path::new(name).parent().unwrap_or(Path::new(""))
            }
            _ => Path::new(""),
        };
        let absolute = std::path::absolute(base.join(path)).ok();
        if let Some(absolute) = absolute.as_deref().and_then(Path::to_str) {
            let value = Value::String(absolute.to_owned());
            self.replace(key, value);
        }
    }
}

fn label(config: Option<&str>, built: &RunConfig) -> String {
    let named = config.filter(|config| !file::is_pipe(config));
    let stem = named.and_then(|config| Path::new(config).file_stem()).and_then(|stem| stem.to_str());
    // Every run calls its configuration run.toml; that says nothing.
    let file = stem.filter(|stem| *stem != "run").map(str::to_owned);
    let data = built.data.path.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
    let own_data = data.filter(|_| named.is_none()).map(str::to_owned);
    built.name.clone().or(file).or(own_data).unwrap_or_else(|| built.data.source.clone())
}

impl Resolved {
    /// Checks all that can be checked without the data.
    ///
    /// # Errors
    /// [`ConfigError::Setting`] for the first number out of its range, contradiction or unknown device.
    pub fn check(&self) -> Result<DeviceName, ConfigError> {
        self.config.check().map_err(|error| self.refuse(error))?;
        self.config.optim.check().map_err(|error| self.refuse(error))?;
        let averages = || Optimizer::new(&self.config.optim.rule).is_ok_and(|optimizer| optimizer.averages());
        if self.config.average.is_some() && averages() {
            return Err(self.refuse(OptimError::AveragesTwice));
        }
        // The lengths matter to the shape of a schedule, not to whether it is right.
        let (optim, per_epoch, steps) = (&self.config.optim.rule, 10, 100);
        self.config.schedule.build(1.0, per_epoch, steps).map_err(|error| self.refuse(error))?;
        if let Some(schedule) = &self.config.momentum_schedule {
            optim.schedule_momentum(schedule, per_epoch, steps).map_err(|error| self.refuse(error))?;
        }
        if let Some(schedule) = &self.config.weight_decay_schedule {
            optim.schedule_weight_decay(schedule, per_epoch, steps).map_err(|error| self.refuse(error))?;
        }
        let shares = [
            ("dropout_schedule", &self.config.dropout_schedule),
            ("label_smoothing_schedule", &self.config.label_smoothing_schedule),
        ];
        for (section, schedule) in shares {
            if let Some(schedule) = schedule {
                schedule.build_for(section, 1.0, per_epoch, steps).map_err(|error| self.refuse(error))?;
            }
        }
        if let Some(augment) = &self.config.augment {
            augment.check().map_err(|error| self.refuse(error))?;
        }
        if let Some(mix) = &self.config.mix {
            mix.build("mix").map_err(|error| self.refuse(error))?;
        }
        self.check_objective()?;
        self.check_model()?;
        self.config.device_name().map_err(|error| self.refuse(error))
    }

    /// The numbers of loss, penalties and constraints. Whether they fit the data is seen where a run begins.
    fn check_objective(&self) -> Result<(), ConfigError> {
        if let Some(loss) = &self.config.loss
            && let Err(error @ ObjectiveError::Number(_)) = loss.as_kind().check(1)
        {
            return Err(self.refuse(error));
        }
        for (place, penalty) in self.config.penalty.iter().enumerate() {
            penalty.check(&format!("penalty.{place}")).map_err(|error| self.refuse(error))?;
        }
        for (place, constraint) in self.config.constraint.iter().enumerate() {
            constraint.as_kind().check(&format!("constraint.{place}")).map_err(|error| self.refuse(error))?;
        }
        Ok(())
    }

    /// What is wrong with the model whatever the data.
    fn check_model(&self) -> Result<(), ConfigError> {
        match self.config.model.network.summary(InputShape::Images([1, 64, 64]), 2) {
            Err(
                error @ (ModelError::Number(_)
                | ModelError::NoLayerList
                | ModelError::EvenKernel { .. }
                | ModelError::LayerNorm { .. }),
            ) => Err(self.refuse(error)),
            // The others are about the shape of the data.
            _ => Ok(()),
        }
    }

    fn refuse(&self, error: impl Explain + Send + Sync + 'static) -> ConfigError {
        let place = self.place_of(&error);
        ConfigError::Setting { error: Box::new(error), place }
    }
}
