//! What the configuration of every trial of a search starts from. It is kept as it was given and not as it was
//! resolved: a trial that changes a kind then gets the defaults of the new one.

use std::ffi::OsString;
use std::path::Path;

use kiln_config::{Flags, Request, Resolved, data_settings, is_assignment, recipe, resolve};
use kiln_core::file::PathKind;
use kiln_data::Reading;
use kiln_validate::search::{Assignment, Value};
use serde::{Deserialize, Serialize};

use crate::error::{ExperimentError, RunError};

/// The name of the copy of the file or recipe.
pub(crate) const BASE: &str = "base.toml";

/// A file or recipe, and what stands over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Whether there is a file or recipe. It is copied into the folder of the search.
    base: bool,
    /// The `KILN_*` variables that were set.
    environment: Vec<(String, String)>,
    /// `key=value` arguments and flags, the strongest last.
    overrides: Vec<String>,
    /// Whether what nothing is said about follows from the size of the data. It did not when this was not written down.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sized: bool,
    /// By which rules a table is understood: the number of a [`Reading`]. 1 where an older kiln did not write it.
    #[serde(default = "first")]
    reading: u32,
}

fn first() -> u32 {
    Reading::First.number()
}

/// A start with the name of its file or recipe, before the folder is made.
#[derive(Debug, Clone)]
pub(crate) struct NewStart {
    pub(crate) start: Start,
    base: Option<String>,
    /// What the file says; `None` for a recipe.
    text: Option<String>,
}

impl NewStart {
    /// From what a configuration was resolved from.
    pub(crate) fn new(resolved: &Resolved) -> Self {
        let request = resolved.request();
        let text = |(name, value): &(OsString, OsString)| {
            Some((name.to_str()?.to_owned(), value.to_str()?.to_owned()))
        };
        let environment = request.environment.iter().filter_map(text);
        let environment = environment.filter(|(name, _)| name.starts_with("KILN_")).collect();
        let (base, overrides) = words(request.config.as_deref(), &request.overrides);
        let reading = resolved.config.data.reading.number();
        let sized = !request.fixed_defaults;
        let mut start = Start { base: base.is_some(), environment, overrides, sized, reading };
        start.keep(resolved, &request.flags);
        Self { start, base, text: request.text.clone() }
    }

    /// The same for a search, whose trials are compared by one metric, and each of them keeps the weights that are best by it.
    pub(crate) fn of_search(resolved: &Resolved) -> Self {
        let mut new = Self::new(resolved);
        if resolved.open().monitor {
            new.start.overrides.push(format!("train.monitor={}", resolved.config.train.monitor));
        }
        new
    }

    /// The configuration with the values of a trial.
    pub(crate) fn resolve(&self, params: &Assignment) -> Result<Resolved, ExperimentError> {
        self.start.resolve(self.base.as_deref(), self.text.clone(), Flags::default(), params)
    }

    /// The text of the file or recipe, if there is one.
    pub(crate) fn text(&self) -> Option<String> {
        let recipe = || self.base.as_deref().and_then(recipe::find).map(str::to_owned);
        self.text.clone().or_else(recipe)
    }
}

impl Start {
    /// What the flags said, and where the data are, holds for every trial, from wherever it is resumed.
    fn keep(&mut self, resolved: &Resolved, flags: &Flags) {
        let config = &resolved.config;
        let text = |text: &str| Value::Text(text.to_owned());
        let kept = &mut self.overrides;
        kept.extend(flags.seed.map(|seed| format!("seed={seed}")));
        kept.extend(flags.threads.map(|threads| format!("threads={threads}")));
        kept.extend(flags.device.as_ref().map(|device| format!("device={}", text(device))));
        kept.extend(flags.name.as_ref().map(|name| format!("name={}", text(name))));
        kept.extend(flags.preset.map(|preset| format!("preset={}", preset.name())));
        kept.extend(flags.epochs.map(|epochs| format!("train.epochs={epochs}")));
        if !flags.target.is_empty() {
            let names: Vec<String> = flags.target.iter().map(|name| text(name).to_string()).collect();
            kept.push(format!("data.target=[{}]", names.join(", ")));
        }
        let data = &config.data;
        let blake3 = config.model.weights_blake3.as_ref();
        kept.extend(blake3.map(|blake3| format!("model.weights_blake3={}", text(blake3))));
        for (key, path) in [
            ("model.weights", &config.model.weights),
            ("data.path", &data.path),
            ("data.validation_path", &data.validation_path),
            ("data.test_path", &data.test_path),
            ("data.images", &data.images),
            ("data.cache", &data.cache),
        ] {
            let path = path.as_ref().and_then(|path| path.to_str());
            kept.extend(path.map(|path| format!("{key}={}", text(path))));
        }
    }

    /// The configuration with the values of a trial. `base`: the file or recipe; `text`: what it says, where that is known.
    fn resolve(
        &self,
        base: Option<&str>,
        text: Option<String>,
        flags: Flags,
        params: &Assignment,
    ) -> Result<Resolved, ExperimentError> {
        // Kinds first: they drop what the old kind has and the new one lacks.
        let (kinds, others): (Vec<_>, Vec<_>) = params.iter().partition(|(key, _)| key.ends_with(".kind"));
        let values = kinds.into_iter().chain(others).map(|(key, value)| format!("{key}={value}"));
        let variable = |(name, value): &(String, String)| (OsString::from(name), OsString::from(value));
        let mut resolved = resolve(&Request {
            config: base.map(str::to_owned),
            text,
            environment: self.environment.iter().map(variable).collect(),
            overrides: self.overrides.iter().cloned().chain(values).collect(),
            flags,
            fixed_defaults: !self.sized,
        })?;
        resolved.config.data.reading = Reading::of_number(self.reading);
        Ok(resolved)
    }

    /// As [`NewStart::resolve`], from the copy in `folder`.
    pub(crate) fn resolve_in(
        &self,
        folder: &Path,
        flags: Flags,
        params: &Assignment,
    ) -> Result<Resolved, ExperimentError> {
        let path = folder.join(BASE);
        let base = path.to_str().ok_or_else(|| RunError::NotUtf8 { path: path.clone() })?;
        self.resolve(self.base.then_some(base), None, flags, params)
    }
}

/// The file or recipe, and the other words: in `kiln tune data.source=iris …` and `kiln tune houses.csv …` there is no file.
pub fn words(first: Option<&str>, others: &[String]) -> (Option<String>, Vec<String>) {
    let (base, words) = match first {
        Some(word)
            if is_assignment(word) && matches!(PathKind::of(Path::new(word)), Ok(PathKind::Missing)) =>
        {
            (None, vec![word.to_owned()])
        }
        Some(word) if let Some(settings) = data_settings(word) => (None, settings),
        first => (first.map(str::to_owned), Vec::new()),
    };
    (base, words.into_iter().chain(others.iter().cloned()).collect())
}
