//! The settings of a run, those first that are not the defaults.

use std::path::Path;

use kiln_config::{Request, resolve};
use kiln_experiment::ExperimentError;
use kiln_experiment::run::CONFIG;

use crate::block::{Block, Section, Table};
use crate::differences::{Named, config_of, settings};

pub(crate) fn configuration(run: &Path) -> Result<Option<Section>, ExperimentError> {
    configuration_in(&run.join(CONFIG))
}

/// The settings in a file.
pub(crate) fn configuration_in(file: &Path) -> Result<Option<Section>, ExperimentError> {
    let own = settings(&config_of(file)?);
    let defaults = defaults(&own);
    let mut table = Table::new("Settings that differ from the defaults", &["setting", "value", "default"]);
    // Where there are none, all would differ.
    for (key, value) in own.iter().filter(|_| !defaults.is_empty()) {
        let default = defaults.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
        if default != Some(value) {
            table.row([key.as_str(), value, default.unwrap_or_default()]);
        }
    }
    let all: Vec<String> = own.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let folded = Block::Folded("All settings".to_owned(), all.join("\n"));
    Ok(Section::new("configuration", "Configuration").with_any(table.block()).with(folded).unless_empty())
}

/// What the settings would be if nothing were said but the source of the data and the kinds of things, where that is enough. A penalty
/// and the like need more than their kind: these are all said, then.
fn defaults(own: &Named) -> Named {
    let is_kind = |key: &str| key == "data.source" || key == "kind" || key.ends_with(".kind");
    let in_list = |key: &str| key.split('.').any(|part| part.parse::<usize>().is_ok());
    let of = |lists: bool| {
        let kinds = own.iter().filter(|(key, _)| is_kind(key) && (lists || !in_list(key)));
        let overrides = kinds.map(|(key, value)| format!("{key}={value}")).collect();
        resolve(&Request { overrides, fixed_defaults: true, ..Request::default() })
    };
    of(true).or_else(|_| of(false)).map(|resolved| settings(&resolved.config)).unwrap_or_default()
}
