//! Settings by dotted key, merged layer by layer.

use std::collections::BTreeMap;

use toml::Value;

use crate::error::ConfigError;
use crate::origin::Origin;
use crate::schema;

/// A value and who set it. An empty table stands for a section that is present but says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Who set it, and where.
    pub origin: Origin,
}

/// The settings of one layer in the order they were written: dotted key and value.
pub type Layer = Vec<(String, Setting)>;

/// The settings of all layers so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Settings {
    by_key: BTreeMap<String, Setting>,
}

impl Settings {
    /// Puts a stronger layer over what there is.
    ///
    /// A new `kind` drops the settings of the old kind that the new one lacks; `early_stopping = false`, and
    /// so with every section that may be missing, and `penalty = []` drop the whole section.
    ///
    /// # Errors
    /// When a penalty is set that would leave a gap in the list.
    pub(crate) fn merge(&mut self, layer: Layer) -> Result<(), ConfigError> {
        // What clears or drops settings comes first: it is then about lower layers only, wherever in the layer it
        // stands.
        let (clears, settings): (Layer, Layer) =
            layer.into_iter().partition(|(key, setting)| clears(key, &setting.value));
        let (kinds, others): (Layer, Layer) =
            settings.into_iter().partition(|(key, _)| key.ends_with(".kind"));
        for (section, _) in clears {
            self.remove_section(&section);
        }
        for (key, setting) in kinds {
            if let Some(section) = key.strip_suffix(".kind") {
                self.change_kind(section, &setting.value);
            }
            self.insert(key, setting)?;
        }
        for (key, setting) in others {
            self.insert(key, setting)?;
        }
        Ok(())
    }

    fn insert(&mut self, key: String, setting: Setting) -> Result<(), ConfigError> {
        for list in schema::LISTS {
            let Some(rest) = key.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let (count, place) = (self.entries(list), setting.origin.key_snippet());
            match rest.split('.').next().unwrap_or(rest).parse::<usize>() {
                Ok(index) if index <= count => {}
                Ok(index) => return Err(ConfigError::NoSuchEntry { list, index, count, place }),
                Err(_) => return Err(ConfigError::List { list, place }),
            }
        }
        let value = match (setting.value, key.as_str()) {
            (Value::Boolean(true), "early_stopping" | "optim.sam" | "optim.lookahead") => {
                Value::Table(toml::Table::new())
            }
            (value, _) => value,
        };
        if !value.is_table() && !value.is_array() {
            // What was a table before is so no more.
            let below = format!("{key}.");
            self.by_key.retain(|other, _| !other.starts_with(&below));
        }
        self.by_key.insert(key, Setting { value, origin: setting.origin });
        Ok(())
    }

    fn change_kind(&mut self, section: &str, kind: &Value) {
        let old = self.by_key.get(&format!("{section}.kind")).map(|setting| &setting.value);
        if old.is_none_or(|old| old == kind) {
            return;
        }
        // An unknown kind is reported later, by the check of the merged settings.
        let Some(shape) = kind.as_str().and_then(|kind| schema::shape(section, Some(kind))) else { return };
        let prefix = format!("{section}.");
        self.by_key.retain(|key, _| {
            schema::inner_section(key).is_some()
                || key
                    .strip_prefix(&prefix)
                    .is_none_or(|name| name == "kind" || shape.example.contains_key(name))
        });
    }

    fn remove_section(&mut self, section: &str) {
        let prefix = format!("{section}.");
        self.by_key.retain(|key, _| key != section && !key.starts_with(&prefix));
    }

    /// Replaces the value of a key that is set, keeping who set it.
    pub(crate) fn replace(&mut self, key: &str, value: Value) {
        if let Some(setting) = self.by_key.get_mut(key) {
            setting.value = value;
        }
    }

    /// The setting of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Setting> {
        self.by_key.get(key)
    }

    /// All keys with their settings.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.by_key.iter().map(|(key, setting)| (key.as_str(), setting))
    }

    /// Whether anything of a section is set.
    pub(crate) fn has_section(&self, section: &str) -> bool {
        let prefix = format!("{section}.");
        self.by_key.keys().any(|key| key == section || key.starts_with(&prefix))
    }

    /// The keys and values of a section; settings that take a table have theirs back.
    pub(crate) fn section(&self, section: &str) -> toml::Table {
        let prefix = format!("{section}.");
        let own = self
            .by_key
            .iter()
            .filter(|(key, _)| schema::inner_section(key).is_none_or(|inner| inner == section))
            .filter_map(|(key, setting)| Some((key.strip_prefix(&prefix)?, &setting.value)));
        let takes_table = |setting: &str| schema::takes_table(section, setting);
        let mut table = toml::Table::new();
        for (key, value) in own {
            if key.split_once('.').is_some_and(|(outer, _)| takes_table(outer)) {
                put(&mut table, key, value.clone());
            } else {
                table.insert(key.to_owned(), value.clone());
            }
        }
        table
    }

    /// The keys and values outside of sections.
    pub(crate) fn top_level(&self) -> toml::Table {
        let outside = |key: &str| !key.contains('.') && !schema::SECTIONS.contains(&key);
        self.by_key
            .iter()
            .filter(|(key, _)| outside(key))
            .map(|(key, setting)| (key.clone(), setting.value.clone()))
            .collect()
    }

    /// Number of entries of a list of sections that are set.
    pub(crate) fn entries(&self, list: &str) -> usize {
        let index =
            |key: &'_ String| key.strip_prefix(list)?.strip_prefix('.')?.split('.').next().map(str::to_owned);
        let indices = self.by_key.keys().filter_map(index);
        indices.filter_map(|index| index.parse::<usize>().ok()).max().map_or(0, |last| last + 1)
    }

    /// The setting of a key; for a part of a value, such as `schedule.parts[1].gamma`, the whole value.
    pub(crate) fn find(&self, key: &str) -> Option<&Setting> {
        self.get(key).or_else(|| {
            let mut key = key;
            while let Some(end) = key.rfind(['.', '[']) {
                key = &key[..end];
                match self.get(key) {
                    Some(whole) if is_value(&whole.value) => return Some(whole),
                    _ => {}
                }
            }
            None
        })
    }
}

/// Whether it is a value, not the header of a section or of a list of sections, which are empty.
fn is_value(value: &Value) -> bool {
    match value {
        Value::Table(table) => !table.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// Puts a value at a dotted key below a table; what was no table on the way becomes one.
fn put(table: &mut toml::Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let below = table.entry(outer).or_insert(Value::Boolean(false));
            if !below.is_table() {
                *below = Value::Table(toml::Table::new());
            }
            if let Value::Table(below) = below {
                put(below, inner, value);
            }
        }
    }
}

/// Whether a setting removes what lower layers say about a whole section.
fn clears(key: &str, value: &Value) -> bool {
    match value {
        Value::Boolean(false) => {
            matches!(
                key,
                "augment"
                    | "mix"
                    | "early_stopping"
                    | "loss"
                    | "average"
                    | "momentum_schedule"
                    | "weight_decay_schedule"
            ) || schema::INNER_SECTIONS.contains(&key)
        }
        Value::Array(list) => schema::LISTS.contains(&key) && list.is_empty(),
        _ => false,
    }
}
