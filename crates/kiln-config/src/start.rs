//! A training that starts from a run: the architecture is that of the run.

use std::path::{Path, PathBuf};

use crate::error::ConfigError;
use crate::file::Text;
use crate::origin::{Origin, Setter};
use crate::settings::{Layer, Setting, Settings};
use kiln_core::file::is_file;

/// The setting with the weights to start from.
pub(crate) const START: &str = "model.weights";

/// The settings of adapters.
const ADAPTERS: &str = "model.lora";

/// The configuration of a run in its folder.
const CONFIG: &str = "run.toml";

/// The section `[model]` of the run that `settings` start from, as a layer: what they do not say themselves is as it was there. `None`
/// where they start from no run, and where they name another kind of model.
pub(crate) fn model_of(settings: &Settings) -> Result<Option<Layer>, ConfigError> {
    let Some(folder) = settings.get(START).and_then(|setting| setting.value.as_str()) else {
        return Ok(None);
    };
    let Some(run) = run_config(Path::new(folder))? else { return Ok(None) };
    let name = run.display().to_string();
    // Its adapters are a part of its weights.
    let model =
        |key: &str| key.starts_with("model.") && ![START, ADAPTERS].iter().any(|own| key.starts_with(own));
    let layer: Layer = Text::of(&name)?
        .layer(&name)?
        .into_iter()
        .filter(|(key, _)| model(key))
        .map(|(key, setting)| (key, Setting { origin: Origin::plain(Setter::Run), ..setting }))
        .collect();
    let kind = layer.iter().find(|(key, _)| key == "model.kind").map(|(_, setting)| &setting.value);
    let own = settings.get("model.kind").filter(|setting| setting.origin.setter != Setter::Default);
    Ok(own.is_none_or(|own| Some(&own.value) == kind).then_some(layer))
}

/// The configuration of the run in `folder`, if it is the folder of one.
fn run_config(folder: &Path) -> Result<Option<PathBuf>, ConfigError> {
    let config = folder.join(CONFIG);
    match is_file(&config) {
        Ok(there) => Ok(there.then_some(config)),
        Err(source) => Err(ConfigError::Unreadable { path: config, source }),
    }
}
