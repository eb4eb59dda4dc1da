//! `kiln config print` and `check`.

use serde_json::{Map, Value};

use super::configuration;
use crate::args::{ConfigCommand, Global};
use crate::config::{annotated, leaves};
use crate::error::CliError;
use crate::output::{Output, fields};

pub(super) fn run(command: &ConfigCommand, global: &Global, out: Output) -> Result<(), CliError> {
    match command {
        ConfigCommand::Print(plan) => {
            let resolved = configuration(plan, global)?;
            if !out.json {
                return out.data(&annotated(&resolved));
            }
            let set_by: Map<String, Value> = leaves(&resolved.config)
                .into_iter()
                .map(|(key, _)| {
                    let origin = resolved.set_by(&key);
                    (key, Value::String(origin))
                })
                .collect();
            out.event("config", fields! { config: resolved.config, set_by: set_by })
        }
        ConfigCommand::Check(plan) => {
            configuration(plan, global)?.check()?;
            if out.json { out.event("config_check", fields! { ok: true }) } else { out.data("ok\n") }
        }
    }
}
