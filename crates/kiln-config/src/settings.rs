//! Settings by dotted key, merged layer by layer.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

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
    /// The sections that a layer has taken out.
    cleared: BTreeSet<String>,
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
        let (mut kinds, others): (Layer, Layer) =
            settings.into_iter().partition(|(key, _)| key.ends_with(".kind"));
        // Another kind of a section drops what is in it: before anything is put there.
        kinds.sort_by_key(|(key, _)| key.matches('.').count());
        for (section, _) in clears {
            self.remove_section(&section);
            self.cleared.insert(section);
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
        if let Some((list, rest)) = schema::list_of(&key) {
            let (count, place) = (self.entries(list), setting.origin.key_snippet());
            let own = || list.to_owned();
            match rest.split('.').next().unwrap_or(rest).parse::<usize>() {
                Ok(index) if index <= count => {}
                Ok(index) => return Err(ConfigError::NoSuchEntry { list: own(), index, count, place }),
                Err(_) => return Err(ConfigError::List { list: own(), place }),
            }
        }
        let value = match setting.value {
            Value::Boolean(true) if schema::is_switch(&key) => Value::Table(Table::new()),
            value => value,
        };
        let is_header =
            value.as_table().is_some_and(Table::is_empty) || value.is_array() && schema::is_list(&key);
        if !is_header {
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
        let Some(table) = kind.as_str().and_then(|kind| schema::table(section, kind)) else { return };
        let prefix = format!("{section}.");
        self.by_key.retain(|key, _| {
            let name = key.strip_prefix(&prefix).and_then(|below| below.split('.').next());
            name.is_none_or(|name| table.setting(name).is_some())
        });
    }

    fn remove_section(&mut self, section: &str) {
        let prefix = format!("{section}.");
        self.by_key.retain(|key, _| key != section && !key.starts_with(&prefix));
    }

    /// Whether a layer has said that a section is not to be there.
    pub(crate) fn is_cleared(&self, section: &str) -> bool {
        self.cleared.contains(section)
    }

    /// Sets the value of a key, without a look at the others.
    pub(crate) fn put(&mut self, key: &str, value: Value, origin: Origin) {
        self.by_key.insert(key.to_owned(), Setting { value, origin });
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

    /// All settings as they stand in a file: sections are tables, lists of sections are lists.
    pub(crate) fn table(&self) -> Table {
        let mut whole = Table::new();
        for (key, setting) in &self.by_key {
            put(&mut whole, key, setting.value.clone());
        }
        lists("", &mut whole);
        whole
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

/// Makes lists of the tables below `key` that stand for lists of sections.
fn lists(key: &str, table: &mut Table) {
    for (name, value) in table {
        let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
        if let Value::Table(entries) = value {
            lists(&key, entries);
            if schema::is_list(&key) {
                let next = |index: usize| entries.remove(&index.to_string());
                *value = Value::Array((0..).map_while(next).collect());
            }
        }
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
fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let below = table.entry(outer).or_insert(Value::Boolean(false));
            if !below.is_table() {
                *below = Value::Table(Table::new());
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
        Value::Boolean(false) => schema::is_optional(key),
        Value::Array(list) => list.is_empty() && schema::is_list(key),
        _ => false,
    }
}
