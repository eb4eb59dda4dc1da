//! The schema of a whole configuration, made once.

use std::sync::OnceLock;

use serde_json::Value as Json;

use super::normal::normal;

/// The schema of a whole configuration.
pub(super) fn root() -> &'static Json {
    static ROOT: OnceLock<Json> = OnceLock::new();
    ROOT.get_or_init(normal)
}
