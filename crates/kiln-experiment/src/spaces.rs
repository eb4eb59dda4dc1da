//! What varies in a search: the section `[tune]` of the file, and the `key=space` arguments, which win.

use kiln_config::Resolved;
use kiln_validate::search::Space;
use toml::Value;

use crate::error::{ExperimentError, TuneError};

/// The space of a configuration and of `key=space` arguments.
///
/// # Errors
/// Spaces that cannot be read, with the line of the file, and settings that must not vary.
pub fn collect_spaces(resolved: &Resolved, arguments: &[String]) -> Result<Space, ExperimentError> {
    let key_of = |argument: &str| argument.split('=').next().unwrap_or_default().trim().to_owned();
    let mut texts = Vec::new();
    for (key, setting) in &resolved.tune {
        let place = || setting.origin.value_snippet();
        let located = |error: ExperimentError| match place() {
            Some(place) => ExperimentError::Setting { error: Box::new(error), place },
            None => error,
        };
        let text = match (&setting.value, key.strip_prefix("tune.")) {
            // What stands in it comes by itself.
            (Value::Table(_), _) => continue,
            (Value::String(text), Some(key)) => format!("{key}={text}"),
            (other, _) => format!("{key}={other}"),
        };
        if arguments.iter().any(|argument| key_of(argument) == key_of(&text)) {
            continue;
        }
        // Alone, but for its condition: what is wrong with the text is told with its line.
        let alone = text.split(" if ").next().unwrap_or(&text);
        Space::parse([alone]).map_err(|error| located(error.into()))?;
        texts.push(text);
    }
    texts.extend(arguments.iter().cloned());
    let space = Space::parse(&texts)?;
    check_space(&space, &resolved.config.train.monitor)?;
    Ok(space)
}

/// Whether every setting of a space may vary.
///
/// # Errors
/// [`TuneError::Fixed`] for the first that must not.
pub(crate) fn check_space(space: &Space, monitor: &str) -> Result<(), TuneError> {
    match space.parameters().iter().find(|parameter| !may_vary(&parameter.name, monitor)) {
        Some(parameter) => Err(TuneError::Fixed { key: parameter.name.clone() }),
        None => Ok(()),
    }
}

/// Whether trials with different values of a setting are judged by the same measure on the same items.
fn may_vary(key: &str, monitor: &str) -> bool {
    let section = key.split('.').next().unwrap_or(key);
    match section {
        "seed" | "device" | "threads" | "name" | "checkpoint" => false,
        "data" => {
            let steps = [
                "standardize",
                "scale",
                "encode",
                "min_frequency",
                "bins",
                "bins_by",
                "select",
                "pca",
                "whiten",
            ];
            key.strip_prefix("data.").is_some_and(|step| steps.contains(&step))
        }
        "loss" => monitor != "loss",
        "train" => !matches!(key, "train.monitor" | "train.time_limit" | "train.overfit_batch"),
        _ => true,
    }
}
