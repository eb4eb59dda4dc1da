//! The layer of `KILN_*` environment variables: `KILN_SEED`, and `KILN_TRAIN__EPOCHS` for `train.epochs`.

use std::ffi::OsString;

use crate::argument::assignment;
use crate::error::ConfigError;
use crate::origin::{Setter, Source};
use crate::schema;
use crate::settings::Layer;

/// The settings in `variables`. Empty ones count as unset; `KILN_` names without `__` that are no setting belong to
/// other parts of kiln and are passed over.
///
/// # Errors
/// When a setting is not UTF-8.
pub(crate) fn layer(variables: &[(OsString, OsString)]) -> Result<Layer, ConfigError> {
    let mut layer = Layer::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        let Some(key) = key(name) else { continue };
        let Some(text) = value.to_str() else {
            return Err(ConfigError::EnvironmentNotUtf8 { name: name.to_owned() });
        };
        if text.is_empty() {
            continue;
        }
        let source = Source { name: "environment".to_owned(), text: format!("{name}={text}") };
        layer.extend(assignment(&key, text, source, name.len() + 1, Setter::Environment(name.to_owned()))?);
    }
    Ok(layer)
}

fn key(name: &str) -> Option<String> {
    let rest = name.strip_prefix("KILN_")?.to_ascii_lowercase();
    if rest.contains("__") {
        return Some(rest.replace("__", "."));
    }
    // `KILN_LOSS=false` and `KILN_PENALTY=[]` are settings; `KILN_DATA` is not, as no section can be written so.
    let is_setting = schema::is_list(&rest) || schema::is_optional(&rest);
    let is_plain = schema::whole().setting(&rest).is_some_and(|node| !node.is_section());
    (is_setting || is_plain).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_keys() {
        assert_eq!(key("KILN_SEED").as_deref(), Some("seed"));
        assert_eq!(key("KILN_TRAIN__BATCH_SIZE").as_deref(), Some("train.batch_size"));
        assert_eq!(key("KILN_PENALTY__0__STRENGTH").as_deref(), Some("penalty.0.strength"));
        assert_eq!(key("KILN_TEST_DEVICE"), None);
        assert_eq!(key("KILN_DATA"), None);
        assert_eq!(key("HOME"), None);
    }
}
