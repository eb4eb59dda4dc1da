//! From merged settings to a [`RunConfig`], with the culprit and its place where that fails.

use kiln_core::nearest;
use kiln_optim::OptimizerConfig;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::error::ConfigError;
use crate::origin::Snippet;
use crate::run::RunConfig;
use crate::schema::{self, Shape};
use crate::settings::{Setting, Settings};

/// The configuration that `settings` describe, with defaults for what they leave open.
///
/// # Errors
/// The first thing that is unknown, missing or of the wrong type.
pub(crate) fn build(settings: &Settings) -> Result<RunConfig, ConfigError> {
    check_sections(settings)?;
    let top: TopLevel = section(settings, "")?;
    Ok(RunConfig {
        seed: top.seed,
        device: top.device,
        threads: top.threads,
        name: top.name,
        data: section(settings, "data")?,
        augment: optional(settings, "augment")?,
        mix: optional(settings, "mix")?,
        model: section(settings, "model")?,
        loss: optional(settings, "loss")?,
        penalty: entries(settings, "penalty")?,
        constraint: entries(settings, "constraint")?,
        optim: optimizer(settings)?,
        schedule: section(settings, "schedule")?,
        momentum_schedule: optional(settings, "momentum_schedule")?,
        weight_decay_schedule: optional(settings, "weight_decay_schedule")?,
        gradient: section(settings, "gradient")?,
        average: optional(settings, "average")?,
        train: section(settings, "train")?,
        early_stopping: optional(settings, "early_stopping")?,
        checkpoint: section(settings, "checkpoint")?,
    })
}

/// The entries of a list of sections.
fn entries<T: DeserializeOwned>(settings: &Settings, list: &str) -> Result<Vec<T>, ConfigError> {
    (0..settings.entries(list)).map(|index| section(settings, &format!("{list}.{index}"))).collect()
}

/// `[optim]` with the sections inside it.
fn optimizer(settings: &Settings) -> Result<OptimizerConfig, ConfigError> {
    let mut optim: OptimizerConfig = section(settings, "optim")?;
    optim.sam = optional(settings, "optim.sam")?;
    optim.lookahead = optional(settings, "optim.lookahead")?;
    Ok(optim)
}

#[derive(Deserialize)]
struct TopLevel {
    #[serde(default)]
    seed: u64,
    #[serde(default = "flex")]
    device: String,
    threads: Option<usize>,
    name: Option<String>,
}

fn flex() -> String {
    "flex".to_owned()
}

/// Whether every key lies in a section that there is, and every section is one.
fn check_sections(settings: &Settings) -> Result<(), ConfigError> {
    for (key, setting) in settings.iter() {
        let place = setting.origin.key_snippet();
        let section = key.split('.').next().unwrap_or(key);
        if !schema::SECTIONS.contains(&section) {
            if key == section && !setting.value.is_table() {
                // The top level; unknown keys of it are found with those of the sections.
                continue;
            }
            let nearest = nearest(section, schema::SECTIONS);
            return Err(ConfigError::UnknownSection { section: section.to_owned(), nearest, place });
        }
        let is_list = schema::LISTS.contains(&section);
        let is_entry = is_list && key.split('.').count() == 2;
        let is_inner = schema::INNER_SECTIONS.contains(&key);
        if (key == section || is_entry || is_inner) && !setting.value.is_table() {
            let expected = if is_list && key == section { "a list of sections" } else { "a section" };
            return Err(wrong(key, setting, expected.to_owned(), None));
        }
    }
    Ok(())
}

fn optional<T: DeserializeOwned>(settings: &Settings, name: &str) -> Result<Option<T>, ConfigError> {
    if settings.has_section(name) { section(settings, name).map(Some) } else { Ok(None) }
}

fn section<T: DeserializeOwned>(settings: &Settings, name: &str) -> Result<T, ConfigError> {
    let table = if name.is_empty() { settings.top_level() } else { settings.section(name) };
    let context = Context { settings, name, shape: shape(settings, name, &table)? };
    if let Some(key) = table.keys().find(|key| !context.shape.example.contains_key(*key)) {
        return Err(context.unknown(key));
    }
    if schema::SCHEDULES.contains(&name) {
        parts(name, name, &table, settings)?;
    }
    if name == "optim" {
        groups(&table, settings)?;
    }
    if name.starts_with("penalty.") {
        own_schedule(name, &table, settings)?;
    }
    T::deserialize(Value::Table(table.clone())).map_err(|error| context.culprit::<T>(&table, &error))
}

/// Whether the parts of a schedule have only keys that there are: they are values to everything else here.
fn parts(section: &str, name: &str, table: &Table, settings: &Settings) -> Result<(), ConfigError> {
    let list = table.get("parts").and_then(Value::as_array).into_iter().flatten();
    for (index, part) in list.enumerate() {
        let name = format!("{name}.parts[{index}]");
        let place = || settings.get(&format!("{section}.parts")).and_then(|set| set.origin.value_snippet());
        let Some(part) = part.as_table() else { continue };
        let Some(kind) = part.get("kind") else {
            let help = format!("the kinds are {}", schema::kinds_of(section).join(", "));
            return Err(ConfigError::Missing { key: format!("{name}.kind"), help, place: place() });
        };
        // A kind that there is not is what serde says.
        let Some(shape) = kind.as_str().and_then(|kind| schema::shape(section, Some(kind))) else { continue };
        if let Some(key) = part.keys().find(|key| !shape.example.contains_key(*key)) {
            let nearest = nearest(key, shape.example.keys().map(String::as_str));
            let nearest = nearest.map(|near| format!("{name}.{near}"));
            let key = format!("{name}.{key}");
            return Err(ConfigError::UnknownKey { key, nearest, kind: None, place: place() });
        }
        parts(section, &name, part, settings)?;
    }
    Ok(())
}

/// Whether the schedule of a penalty has only keys that there are: it is one value to everything else here.
fn own_schedule(name: &str, penalty: &Table, settings: &Settings) -> Result<(), ConfigError> {
    let Some(table) = penalty.get("schedule").and_then(Value::as_table) else { return Ok(()) };
    let name = format!("{name}.schedule");
    let place = || settings.get(&name).and_then(|set| set.origin.value_snippet());
    let kinds = schema::kinds_of(&name);
    let Some(kind) = table.get("kind").and_then(Value::as_str) else {
        let help = format!("the kinds are {}", kinds.join(", "));
        return Err(ConfigError::Missing { key: format!("{name}.kind"), help, place: place() });
    };
    let Some(shape) = schema::shape(&name, Some(kind)) else {
        return Err(ConfigError::Value {
            key: format!("{name}.kind"),
            found: format!("{kind:?}").into(),
            expected: format!("one of {}", kinds.join(", ")).into(),
            nearest: nearest(kind, kinds.iter().map(String::as_str)),
            place: place(),
        });
    };
    if let Some(key) = table.keys().find(|key| !shape.example.contains_key(*key)) {
        let nearest = nearest(key, shape.example.keys().map(String::as_str));
        let nearest = nearest.map(|near| format!("{name}.{near}"));
        return Err(ConfigError::UnknownKey {
            key: format!("{name}.{key}"),
            nearest,
            kind: None,
            place: place(),
        });
    }
    parts("momentum_schedule", &name, table, settings)
}

/// Whether the groups of parameters have only keys that there are: they are one value to everything else here.
fn groups(optim: &Table, settings: &Settings) -> Result<(), ConfigError> {
    let list = optim.get("group").and_then(Value::as_array).into_iter().flatten();
    for (index, group) in list.enumerate() {
        let mut keys = group.as_table().into_iter().flat_map(Table::keys);
        if let Some(key) = keys.find(|key| !schema::GROUP_KEYS.contains(&key.as_str())) {
            let name = |key: &str| format!("optim.group[{index}].{key}");
            let nearest = nearest(key, schema::GROUP_KEYS).map(|near| name(&near));
            let place = settings.get("optim.group").and_then(|set| set.origin.value_snippet());
            return Err(ConfigError::UnknownKey { key: name(key), nearest, kind: None, place });
        }
    }
    Ok(())
}

/// The shape that the kind of a section asks for.
fn shape(settings: &Settings, name: &str, table: &Table) -> Result<&'static Shape, ConfigError> {
    if let Some(shape) = schema::shape(name, None) {
        return Ok(shape);
    }
    let kinds = schema::kinds_of(name);
    let key = format!("{name}.kind");
    let Some(setting) = settings.get(&key) else {
        let place = table.keys().next().and_then(|first| settings.get(&format!("{name}.{first}")));
        let place = settings.get(name).or(place).and_then(|setting| setting.origin.key_snippet());
        return Err(ConfigError::Missing { key, help: format!("the kinds are {}", kinds.join(", ")), place });
    };
    let kind = setting.value.as_str();
    kind.and_then(|kind| schema::shape(name, Some(kind))).ok_or_else(|| {
        let near = kind.and_then(|kind| nearest(kind, kinds.iter().map(String::as_str)));
        wrong(&key, setting, format!("one of {}", kinds.join(", ")), near)
    })
}

/// What a search for the culprit needs to know.
struct Context<'a> {
    settings: &'a Settings,
    name: &'a str,
    shape: &'static Shape,
}

impl Context<'_> {
    fn key(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn unknown(&self, key: &str) -> ConfigError {
        let full = self.key(key);
        let near = nearest(key, self.shape.example.keys().map(String::as_str)).map(|near| self.key(&near));
        // `lr=0.1` without its section is the likeliest slip of all.
        let elsewhere =
            || schema::SECTIONS.into_iter().find(|s| schema::example(&format!("{s}.{key}")).is_some());
        let near = near.or_else(|| match self.name {
            "" => elsewhere().map(|section| format!("{section}.{key}")),
            _ => None,
        });
        let kind = self.shape.kind.clone().map(|kind| {
            let others = schema::shapes_of(self.name).filter(|shape| shape.example.contains_key(key));
            Box::new((kind, others.filter_map(|shape| shape.kind.clone()).collect()))
        });
        let place = self.settings.get(&full).and_then(|setting| setting.origin.key_snippet());
        ConfigError::UnknownKey { key: full, nearest: near, kind, place }
    }

    /// Finds the setting that serde refused: in a section known to be good, it is the one that breaks it.
    fn culprit<T: DeserializeOwned>(&self, table: &Table, error: &toml::de::Error) -> ConfigError {
        for (key, value) in table {
            let mut trial = self.shape.example.clone();
            trial.insert(key.clone(), value.clone());
            if let Err(error) = T::deserialize(Value::Table(trial)) {
                return self.bad_value(key, value, error.message());
            }
        }
        for (key, example) in &self.shape.example {
            let mut trial = self.shape.example.clone();
            trial.remove(key);
            if !table.contains_key(key) && T::deserialize(Value::Table(trial)).is_err() {
                let key = self.key(key);
                let help = format!("set {key} to {}", expected(&key, example));
                return ConfigError::Missing { key, help, place: self.own_place() };
            }
        }
        // Each setting is fine by itself: whatever serde says is about the section.
        ConfigError::Value {
            key: self.name.to_owned(),
            found: "wrong".into(),
            expected: error.message().into(),
            nearest: None,
            place: self.own_place(),
        }
    }

    fn own_place(&self) -> Option<Snippet> {
        let kind = self.settings.get(&self.key("kind"));
        self.settings.get(self.name).or(kind).and_then(|setting| setting.origin.key_snippet())
    }

    fn bad_value(&self, key: &str, value: &Value, message: &str) -> ConfigError {
        let full = self.key(key);
        let Some(example) = self.shape.example.get(key) else { return self.unknown(key) };
        let choices = choices(message);
        let (expected, near) = match value {
            Value::String(word) if !choices.is_empty() => {
                (format!("one of {}", choices.join(", ")), nearest(word, choices.iter().copied()))
            }
            Value::Integer(number) if example.is_integer() && *number < 0 => ("at least 0".to_owned(), None),
            Value::Array(_) if example.is_array() && message.contains("of length") => {
                let length = example.as_array().map_or(0, Vec::len);
                (format!("a list of {length} numbers"), None)
            }
            Value::Array(_) if self.name == "augment" => {
                (format!("{} ({message})", expected(&full, example)), None)
            }
            _ => (expected(&full, example), None),
        };
        match self.settings.get(&full) {
            Some(setting) => wrong(&full, setting, expected, near),
            None => self.unknown(key),
        }
    }
}

/// What a setting takes, in words, from a value that it does take.
fn expected(key: &str, example: &Value) -> String {
    if key.ends_with(".params") {
        return "weights, biases, norms, all, a list of paths or { regex = \"…\" }".to_owned();
    }
    if key.ends_with(".schedule") {
        return "a schedule, such as { kind = \"linear\", start = 0.0, end = 1.0 }".to_owned();
    }
    if key == "optim.group" {
        return "a list of groups, such as [{ params = \"biases\", weight_decay = 0.0 }]".to_owned();
    }
    if key == "data.source" {
        return "one of the names that `kiln data list` shows".to_owned();
    }
    match key {
        "augment.transforms" => {
            return "a list of transforms, such as [{ kind = \"horizontal-flip\" }]".to_owned();
        }
        "augment.rows" => {
            return "a list of changes, such as [{ kind = \"jitter\", sigma = 0.1 }]".to_owned();
        }
        _ => {}
    }
    match example {
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Array(items) => match items.first() {
            Some(Value::Integer(_)) => "a list of whole numbers, none negative",
            Some(Value::Float(_)) => "a list of numbers",
            Some(Value::Table(_)) => "a list of schedules, such as [{ kind = \"cosine\", end = 0.1 }]",
            _ => "a list of texts",
        },
        _ => "a text",
    }
    .to_owned()
}

/// The names in serde's "unknown variant `x`, expected one of `a`, `b`".
fn choices(message: &str) -> Vec<&str> {
    match message.split_once("expected") {
        Some((before, after)) if before.starts_with("unknown variant") => {
            after.split('`').skip(1).step_by(2).collect()
        }
        _ => Vec::new(),
    }
}

fn wrong(key: &str, setting: &Setting, expected: String, nearest: Option<String>) -> ConfigError {
    let mut found = setting.value.to_string();
    if found.chars().count() > 60 {
        found = found.chars().take(60).chain(['…']).collect();
    }
    ConfigError::Value {
        key: key.to_owned(),
        found: found.into(),
        expected: expected.into(),
        nearest,
        place: setting.origin.value_snippet(),
    }
}
