//! Whether merged settings are what the schema has: known, of the right type, and none missing.

use kiln_core::{ParamPattern, nearest};
use toml::{Table, Value};

use crate::error::ConfigError;
use crate::origin::Snippet;
use crate::schema::{self, Node};
use crate::settings::{Setting, Settings};
use crate::words::takes;

/// Whether `table`, which `settings` make, is a configuration.
///
/// # Errors
/// The first thing that is unknown, missing or of the wrong type, section by section.
pub(crate) fn check(settings: &Settings, table: &Table) -> Result<(), ConfigError> {
    let check = Check { settings };
    check.sections(table)?;
    check.table("", schema::whole(), table)
}

struct Check<'a> {
    settings: &'a Settings,
}

impl Check<'_> {
    /// Whether all sections are known. Sections come before settings, as a wrong section makes all its settings wrong.
    fn sections(&self, table: &Table) -> Result<(), ConfigError> {
        match table.iter().find(|(name, value)| value.is_table() && schema::whole().setting(name).is_none()) {
            Some((section, _)) => Err(ConfigError::UnknownSection {
                section: section.clone(),
                nearest: nearest(section, schema::sections()),
                place: self.key_place(section).or_else(|| self.first_place(section)),
            }),
            None => Ok(()),
        }
    }

    /// Whether a section, or a table of one kind, has only settings that exist, and all it needs.
    fn table(&self, key: &str, node: Node, table: &Table) -> Result<(), ConfigError> {
        if let Some(own) = node.own_names() {
            return table.iter().try_for_each(|(name, value)| self.value(&join(key, name), own, value));
        }
        if let Some(name) = table.keys().find(|name| node.setting(name).is_none()) {
            return Err(self.unknown(key, node, name));
        }
        // In the order of the type for the sections, so that what stands first in `run.toml` is named first.
        let order: Vec<&str> = match key {
            "" => node.settings().map(|(name, _)| name).collect(),
            _ => table.keys().map(String::as_str).collect(),
        };
        for name in order {
            match (table.get(name), node.setting(name)) {
                (Some(value), Some(node)) => self.value(&join(key, name), node, value)?,
                (None, Some(node)) if key.is_empty() && node.is_section() => {
                    self.absent(name, node)?;
                }
                _ => {}
            }
        }
        match node.required().find(|name| !table.contains_key(*name)) {
            Some(name) => Err(self.missing(key, name, node)),
            None => Ok(()),
        }
    }

    /// A section that is not there is as good as an empty one, unless it may be left out.
    fn absent(&self, section: &str, node: Node) -> Result<(), ConfigError> {
        let needed = schema::whole().required().any(|required| required == section);
        if needed { self.value(section, node, &Value::Table(Table::new())) } else { Ok(()) }
    }

    fn value(&self, key: &str, node: Node, value: &Value) -> Result<(), ConfigError> {
        match value {
            Value::Table(table) if node.may_be("object") => {
                let kind = self.kind(key, node, table)?;
                self.table(key, kind, table)
            }
            Value::Table(table) if let Some(name) = table.keys().next() => Err(self.unknown(key, node, name)),
            Value::Array(items) if node.is_list() => {
                let Some(entry) = node.items() else { return Ok(()) };
                let is_section = schema::is_list(key);
                items.iter().enumerate().try_for_each(|(index, item)| {
                    let key = if is_section { format!("{key}.{index}") } else { format!("{key}[{index}]") };
                    self.value(&key, entry, item)
                })
            }
            Value::String(text) if node.get("format").is_some_and(|format| format == "regex") => {
                let parsed = ParamPattern::new(text);
                parsed.map(|_| ()).map_err(|error| {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                    self.wrong(key, value, format!("a regular expression ({why})"), None)
                })
            }
            _ if node.takes(value) => Ok(()),
            _ => {
                let near = value.as_str().and_then(|word| nearest(word, node.words()));
                Err(self.wrong(key, value, takes(key, node, value), near))
            }
        }
    }

    /// The table that the kind in it asks for.
    fn kind(&self, key: &str, node: Node, table: &Table) -> Result<Node, ConfigError> {
        let tables = node.objects();
        let kinds: Vec<&str> = tables.iter().filter_map(|table| table.kind()).collect();
        if kinds.is_empty() {
            return Ok(tables.first().copied().unwrap_or(node));
        }
        let name = format!("{key}.kind");
        let Some(value) = table.get("kind") else {
            let place =
                self.key_place(key).or_else(|| self.first_place(key)).or_else(|| self.value_place(key));
            let help = format!("the kinds are {}", kinds.join(", "));
            return Err(ConfigError::Missing { key: name, help, place });
        };
        let wanted = value.as_str();
        let found = tables.iter().find(|table| table.kind() == wanted);
        found.copied().ok_or_else(|| {
            let near = wanted.and_then(|kind| nearest(kind, kinds.iter().copied()));
            self.wrong(&name, value, format!("one of {}", kinds.join(", ")), near)
        })
    }

    fn unknown(&self, section: &str, node: Node, name: &str) -> ConfigError {
        let key = join(section, name);
        let near = nearest(name, node.settings().map(|(name, _)| name)).map(|near| join(section, &near));
        // `lr=0.1` without its section is the likeliest slip of all.
        let elsewhere = || {
            let sections = schema::sections().filter(|section| section_has(section, name));
            sections.map(|section| join(section, name)).next()
        };
        let near = near.or_else(|| if section.is_empty() { elsewhere() } else { None });
        let kind = node.kind().map(|kind| {
            let others = schema::tables(section).into_iter().filter(|other| other.setting(name).is_some());
            Box::new((kind.to_owned(), others.filter_map(Node::kind).map(str::to_owned).collect()))
        });
        let place = self.key_place(&key).or_else(|| self.value_place(section));
        ConfigError::UnknownKey { key, nearest: near, kind, place }
    }

    fn missing(&self, section: &str, name: &str, node: Node) -> ConfigError {
        let key = join(section, name);
        let words = node.setting(name).map(|node| takes(&key, node, &Value::Boolean(false)));
        let help = format!("set {key} to {}", words.unwrap_or_default());
        let kind = self.key_place(&join(section, "kind"));
        let place = self.key_place(section).or(kind).or_else(|| self.value_place(section));
        ConfigError::Missing { key, help, place }
    }

    fn wrong(&self, key: &str, value: &Value, expected: String, nearest: Option<String>) -> ConfigError {
        wrong(key, value, expected, nearest, self.value_place(key))
    }

    fn key_place(&self, key: &str) -> Option<Snippet> {
        self.settings.get(key).and_then(|setting| setting.origin.key_snippet())
    }

    /// The first setting that is written in a section without a header.
    fn first_place(&self, section: &str) -> Option<Snippet> {
        let prefix = format!("{section}.");
        let mut inside = self.settings.iter().filter(|(key, _)| key.starts_with(&prefix));
        inside.next().and_then(|(_, setting)| setting.origin.key_snippet())
    }

    fn value_place(&self, key: &str) -> Option<Snippet> {
        self.settings.find(key).and_then(|setting: &Setting| setting.origin.value_snippet())
    }
}

fn section_has(section: &str, name: &str) -> bool {
    schema::tables(section).into_iter().any(|table| table.setting(name).is_some())
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// The error of a value that is not what it must be; a long value is cut.
pub(crate) fn wrong(
    key: &str,
    value: &Value,
    expected: String,
    nearest: Option<String>,
    place: Option<Snippet>,
) -> ConfigError {
    let mut found = value.to_string();
    if found.chars().count() > 60 {
        found = found.chars().take(60).chain(['…']).collect();
    }
    ConfigError::Value { key: key.to_owned(), found: found.into(), expected: expected.into(), nearest, place }
}
