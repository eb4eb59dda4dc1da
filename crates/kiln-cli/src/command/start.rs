//! What the configuration of every trial of a search starts from. It is kept as it was given and not as it was
//! resolved: a trial that changes a kind then gets the defaults of the new one.

use std::ffi::OsString;
use std::path::Path;

use kiln_config::{Flags, Request, Resolved, is_assignment, resolve};
use kiln_validate::search::{Assignment, Value};
use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// The name of the copy of the file or recipe.
pub(super) const BASE: &str = "base.toml";

/// A file or recipe, and what stands over it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Start {
    /// Whether there is a file or recipe, copied to [`BASE`].
    pub(super) base: bool,
    /// The `KILN_*` variables that were set.
    pub(super) environment: Vec<(String, String)>,
    /// `key=value` arguments and flags, the strongest last.
    pub(super) overrides: Vec<String>,
}

impl Start {
    /// From the arguments of this process.
    pub(super) fn new(base: bool, overrides: Vec<String>) -> Self {
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let environment =
            std::env::vars_os().filter_map(text).filter(|(name, _)| name.starts_with("KILN_")).collect();
        Self { base, environment, overrides }
    }

    /// What the flags said, and where the data are, holds for every trial, from wherever it is resumed.
    pub(super) fn keep(&mut self, resolved: &Resolved, flags: &Flags) {
        let config = &resolved.config;
        let text = |text: &str| Value::Text(text.to_owned());
        let kept = &mut self.overrides;
        kept.extend(flags.seed.map(|seed| format!("seed={seed}")));
        kept.extend(flags.threads.map(|threads| format!("threads={threads}")));
        kept.extend(flags.device.as_ref().map(|device| format!("device={}", text(device))));
        kept.extend(flags.name.as_ref().map(|name| format!("name={}", text(name))));
        let path = config.data.path.as_ref().and_then(|path| path.to_str());
        kept.extend(path.map(|path| format!("data.path={}", text(path))));
    }

    /// The configuration with the values of a trial. `base`: the file or recipe.
    pub(super) fn resolve(
        &self,
        base: Option<&str>,
        flags: Flags,
        params: &Assignment,
    ) -> Result<Resolved, CliError> {
        // Kinds first: they drop what the old kind has and the new one lacks.
        let (kinds, others): (Vec<_>, Vec<_>) = params.iter().partition(|(key, _)| key.ends_with(".kind"));
        let values = kinds.into_iter().chain(others).map(|(key, value)| format!("{key}={value}"));
        let variable = |(name, value): &(String, String)| (OsString::from(name), OsString::from(value));
        Ok(resolve(&Request {
            config: base.map(str::to_owned),
            environment: self.environment.iter().map(variable).collect(),
            overrides: self.overrides.iter().cloned().chain(values).collect(),
            flags,
        })?)
    }

    /// As [`Start::resolve`], from the copy in `folder`.
    pub(super) fn resolve_in(
        &self,
        folder: &Path,
        flags: Flags,
        params: &Assignment,
    ) -> Result<Resolved, CliError> {
        let base = folder.join(BASE);
        let base = base.to_str().ok_or_else(|| CliError::path(&base))?;
        self.resolve(self.base.then_some(base), flags, params)
    }
}

/// The file or recipe, and the other words: `kiln tune data.source=iris …` has no file.
pub(super) fn words(first: Option<&str>, others: &[String]) -> (Option<String>, Vec<String>) {
    let (base, word) = match first {
        Some(word) if is_assignment(word) && !Path::new(word).exists() => (None, Some(word.to_owned())),
        first => (first.map(str::to_owned), None),
    };
    (base, word.into_iter().chain(others.iter().cloned()).collect())
}
