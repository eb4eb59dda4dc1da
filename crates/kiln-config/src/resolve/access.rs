//! What a resolved configuration says of its settings.

use kiln_core::Explain;
use toml::Value;

use super::{Request, Resolved};
use crate::origin::{Origin, Setter, Snippet};
use crate::settings::Settings;

impl Resolved {
    /// Where the value of a setting is written. For a part of a value, such as `schedule.parts[1].gamma`, it is the
    /// place of the whole value. `None` for a default and for what a flag set.
    pub fn place(&self, key: &str) -> Option<Snippet> {
        self.settings.find(key).and_then(|setting| setting.origin.value_snippet())
    }

    /// Where the setting that an error is about is written, by [`Explain::key`].
    pub fn place_of(&self, error: &(impl Explain + ?Sized)) -> Option<Snippet> {
        error.key().and_then(|key| self.place(&key))
    }

    /// The same with another seed, as each fold of a cross-validation has its own.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        let mut other = self.clone();
        other.config.seed = seed;
        other
    }

    /// The same on the device that `--device auto` has come to, for whatever is resolved from it, too.
    #[must_use]
    pub fn with_device(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.config.device = name.to_owned();
        other.request.flags.device = Some(name.to_owned());
        other.settings.put("device", Value::String(name.to_owned()), Origin::plain(Setter::Probe));
        other
    }

    /// The same with the BLAKE3 of the weights that the training starts from: it goes on with these alone.
    #[must_use]
    pub fn started_from(&self, blake3: &str) -> Self {
        let mut started = self.clone();
        started.config.model.weights_blake3 = Some(blake3.to_owned());
        let (value, origin) = (Value::String(blake3.to_owned()), Origin::plain(Setter::Weights));
        started.settings.put("model.weights_blake3", value, origin);
        started
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// What the configuration was resolved from, with the text of its file: a search resolves it again with other values.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Who set a key, in words: `default`, `file my.toml:3`, `argument`, `--seed`.
    pub fn set_by(&self, key: &str) -> String {
        self.settings.get(key).map_or_else(|| "default".to_owned(), |setting| setting.origin.to_string())
    }
}
