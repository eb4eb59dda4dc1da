//! `kiln config print`, `check` and `schema`.

use kiln_config::{COMMENT_COLUMN, Resolved, Setting, annotated, leaves, literal, schema};
use kiln_experiment::collect_spaces;
use serde_json::{Map, Value};

use crate::args::{ConfigCommand, Global};
use crate::configuration::configuration;
use crate::error::CliError;
use crate::output::{Output, fields};

pub(super) fn run(command: &ConfigCommand, global: &Global, out: Output) -> Result<(), CliError> {
    match command {
        ConfigCommand::Print(arguments) => {
            let resolved = configuration(arguments, global)?;
            if !out.json {
                return out.data(&format!("{}{}", annotated(&resolved), spaces(&resolved)));
            }
            let set_by: Map<String, Value> = leaves(&resolved.config)
                .into_iter()
                .map(|(key, _)| {
                    let origin = resolved.set_by(&key);
                    (key, Value::String(origin))
                })
                .collect();
            let mut fields = fields! { config: resolved.config, set_by: set_by };
            if !resolved.tune.is_empty() {
                let spaces = leaves_of(&resolved).map(|(key, setting)| {
                    let text = setting.value.as_str().map_or_else(|| literal(&setting.value), str::to_owned);
                    (key.to_owned(), Value::String(text))
                });
                fields.insert("tune".to_owned(), Value::Object(spaces.collect()));
            }
            out.event("config", fields)
        }
        ConfigCommand::Check(arguments) => {
            let resolved = configuration(arguments, global)?;
            resolved.check()?;
            if !resolved.tune.is_empty() {
                collect_spaces(&resolved, &[])?;
            }
            if out.json { out.event("config_check", fields! { ok: true }) } else { out.data("ok\n") }
        }
        ConfigCommand::Schema if out.json => out.event("config_schema", fields! { schema: schema() }),
        ConfigCommand::Schema => out.data(&format!("{:#}\n", schema())),
    }
}

/// What stands in the section `[tune]`, without the section's name.
fn leaves_of(resolved: &Resolved) -> impl Iterator<Item = (&str, &Setting)> {
    let spaces = resolved.tune.iter().filter(|(_, setting)| !setting.value.is_table());
    spaces.filter_map(|(key, setting)| Some((key.strip_prefix("tune.")?, setting)))
}

/// The section `[tune]` as TOML, if there is one. It is no part of a run, so `run.toml` never has it.
fn spaces(resolved: &Resolved) -> String {
    let mut text = String::new();
    for (key, setting) in leaves_of(resolved) {
        if text.is_empty() {
            text.push_str("\n[tune]\n");
        }
        let line = format!("{key} = {}", literal(&setting.value));
        text.push_str(&format!("{line:COMMENT_COLUMN$} # {}\n", setting.origin));
    }
    text
}
