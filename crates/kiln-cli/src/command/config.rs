//! `kiln config print`, `check` and `schema`.

use clap::{Args, Subcommand};
use kiln_config::{COMMENT_COLUMN, Resolved, Setting, annotated, leaves, literal, schema};
use kiln_experiment::collect_spaces;
use kiln_experiment::job::sized;
use kiln_terminal::{Output, fields};
use serde_json::{Map, Value};

use super::Execute;
use crate::args::{ConfigArguments, Global};
use crate::configuration::configuration;
use crate::error::CliError;

/// Print or check a configuration.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Config {
    #[command(subcommand)]
    action: ConfigCommand,
}

/// What to do with a configuration.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting as TOML, with who set it.
    #[command(after_help = "\
Examples:
  kiln config print digits
  kiln config print digits > my.toml
  kiln config print my.toml train.epochs=5 --seed 3")]
    Print(ConfigArguments),
    /// Say whether a configuration is right.
    #[command(after_help = "\
Examples:
  kiln config check my.toml")]
    Check(ConfigArguments),
    /// Print the JSON Schema of a configuration file, with which editors complete and check it.
    ///
    /// It has every section, kind and setting with its type, range, default and description (draft 2020-12).
    #[command(after_help = SCHEMA_HELP)]
    Schema,
}

const SCHEMA_HELP: &str = "\
Examples:
  kiln config schema > kiln.schema.json

Write `#:schema ./kiln.schema.json` in the first line of my.toml. Editors that use taplo (Even Better TOML in VS Code, \
Helix, Neovim) then complete settings, show what they mean, and mark what is wrong.";

const EXAMPLES: &str = "\
Examples:
  kiln config print digits
  kiln config check my.toml";

impl Execute for Config {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out).map(|()| 0)
    }
}

fn run(command: &ConfigCommand, global: &Global, out: Output) -> Result<(), CliError> {
    match command {
        ConfigCommand::Print(arguments) => {
            let resolved = configuration(arguments, global)?;
            // What follows from data that cannot be read is named and has no value.
            let resolved = sized(resolved.clone()).unwrap_or(resolved);
            if !out.json {
                return Ok(out.data(&format!("{}{}", annotated(&resolved), spaces(&resolved)))?);
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
            Ok(out.event("config", fields)?)
        }
        ConfigCommand::Check(arguments) => {
            let resolved = configuration(arguments, global)?;
            resolved.check()?;
            if !resolved.tune.is_empty() {
                collect_spaces(&resolved, &[])?;
            }
            Ok(if out.json { out.event("config_check", fields! { ok: true }) } else { out.data("ok\n") }?)
        }
        ConfigCommand::Schema if out.json => Ok(out.event("config_schema", fields! { schema: schema() })?),
        ConfigCommand::Schema => Ok(out.data(&format!("{:#}\n", schema()))?),
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
        let origin = setting.origin.to_string().replace(char::is_control, "?");
        text.push_str(&format!("{line:COMMENT_COLUMN$} # {origin}\n"));
    }
    text
}
