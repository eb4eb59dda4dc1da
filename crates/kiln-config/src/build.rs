//! From merged settings to a [`RunConfig`].

use serde_path_to_error::{Path, Segment};
use toml::Value;

use crate::check::{self, wrong};
use crate::error::ConfigError;
use crate::run::RunConfig;
use crate::settings::Settings;

/// The configuration that `settings` describe, with defaults for what they leave open.
///
/// # Errors
/// The first thing that is unknown, missing or of the wrong type.
pub(crate) fn build(settings: &Settings) -> Result<RunConfig, ConfigError> {
    let table = settings.table();
    check::check(settings, &table)?;
    let whole = Value::Table(table);
    serde_path_to_error::deserialize(whole.clone()).map_err(|error| {
        // The schema lets it through and the type does not: only the type can say why.
        let key = key(error.path());
        let found = key_value(&whole, error.path()).unwrap_or(&whole);
        let place = settings.find(&key).and_then(|setting| setting.origin.value_snippet());
        wrong(&key, found, error.inner().message().to_owned(), None, place)
    })
}

/// A path as a dotted key: `penalty.0.strength`.
fn key(path: &Path) -> String {
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(key.clone()),
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.collect::<Vec<_>>().join(".")
}

fn key_value<'a>(whole: &'a Value, path: &Path) -> Option<&'a Value> {
    path.iter().try_fold(whole, |value, segment| match segment {
        Segment::Map { key } => value.get(key),
        Segment::Seq { index } => value.get(*index),
        Segment::Enum { .. } | Segment::Unknown => Some(value),
    })
}
