//! The layer of a TOML file or a bundled recipe.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use kiln_core::nearest;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use crate::error::ConfigError;
use crate::origin::{Origin, Setter, Snippet, Source};
use crate::recipe;
use crate::schema;
use crate::settings::{Layer, Setting};

/// More than any configuration needs; keeps a wrong path (a data file, a device) from filling the memory.
const LIMIT: u64 = 1 << 20;

/// Reads the file or recipe called `name`. A file wins over a recipe of the same name.
///
/// # Errors
/// When there is neither, or it cannot be read as TOML.
pub(crate) fn read(name: &str) -> Result<Layer, ConfigError> {
    let path = Path::new(name);
    if path.is_dir() {
        // A folder that happens to be called like a recipe must not hide it.
        return match recipe::find(name) {
            Some(text) => from_recipe(name, text),
            None => Err(ConfigError::Folder { path: path.to_owned() }),
        };
    }
    match File::open(path) {
        Ok(_) if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) => {
            Err(ConfigError::Data { path: path.to_owned() })
        }
        Ok(file) => {
            let text = read_text(path, file)?;
            parse(Source { name: name.to_owned(), text }, Setter::File)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match recipe::find(name) {
            Some(text) => from_recipe(name, text),
            None => Err(ConfigError::NotFound {
                name: name.to_owned(),
                recipes: recipe::names().collect(),
                nearest: nearest(name, recipe::names()),
            }),
        },
        Err(source) => Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    }
}

/// The text of the file or recipe called `name`, as `read` would find it.
///
/// # Errors
/// As `read`.
pub fn text_of(name: &str) -> Result<String, ConfigError> {
    let path = Path::new(name);
    match File::open(path) {
        Ok(file) if !path.is_dir() => read_text(path, file),
        _ => match recipe::find(name) {
            Some(text) => Ok(text.to_owned()),
            // It says what is wrong with it.
            None => read(name).map(|_| String::new()),
        },
    }
}

fn from_recipe(name: &str, text: &str) -> Result<Layer, ConfigError> {
    parse(Source { name: format!("recipe {name}"), text: text.to_owned() }, Setter::Recipe)
}

fn read_text(path: &Path, file: File) -> Result<String, ConfigError> {
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    if bytes.len() as u64 > LIMIT {
        return Err(ConfigError::TooLarge { path: path.to_owned(), limit: LIMIT });
    }
    let text = String::from_utf8(bytes).map_err(|error| ConfigError::NotUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    if text.trim().is_empty() { Err(ConfigError::Empty { path: path.to_owned() }) } else { Ok(text) }
}

/// Every setting in the text of `source`, with its place.
///
/// # Errors
/// [`ConfigError::Syntax`] for what is not TOML, duplicate keys included.
pub(crate) fn parse(source: Source, setter: Setter) -> Result<Layer, ConfigError> {
    let source = Arc::new(source);
    let syntax = |error: toml::de::Error| ConfigError::Syntax {
        message: error.message().lines().next().unwrap_or_default().to_owned(),
        place: Snippet { source: source.clone(), span: error.span().unwrap_or(0..0) },
    };
    let values: Table = toml::from_str(&source.text).map_err(syntax)?;
    let places = DeTable::parse(&source.text).map_err(syntax)?;
    let mut walk = Walk { source: &source, setter, layer: Layer::new() };
    walk.table("", &values, places.get_ref());
    Ok(walk.layer)
}

struct Walk<'a> {
    source: &'a Arc<Source>,
    setter: Setter,
    layer: Layer,
}

impl Walk<'_> {
    fn table(&mut self, prefix: &str, values: &Table, places: &DeTable<'_>) {
        for (key, place) in places.iter() {
            let Some(value) = values.get(key.get_ref().as_ref()) else { continue };
            let path = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            self.value(path, value, key.span(), place);
        }
    }

    fn value(
        &mut self,
        path: String,
        value: &Value,
        key: std::ops::Range<usize>,
        place: &Spanned<DeValue<'_>>,
    ) {
        match (value, place.get_ref()) {
            (Value::Table(table), DeValue::Table(places)) => {
                self.push(path.clone(), Value::Table(Table::new()), key, place.span());
                self.table(&path, table, places);
            }
            (Value::Array(items), DeValue::Array(places)) if schema::list(&path).is_some() => {
                // The list as a whole replaces that of a lower layer.
                self.push(path.clone(), Value::Array(Vec::new()), key.clone(), place.span());
                for (index, (item, place)) in items.iter().zip(places.iter()).enumerate() {
                    self.value(format!("{path}.{index}"), item, key.clone(), place);
                }
            }
            _ => self.push(path, value.clone(), key, place.span()),
        }
    }

    fn push(
        &mut self,
        path: String,
        value: Value,
        key: std::ops::Range<usize>,
        span: std::ops::Range<usize>,
    ) {
        let origin =
            Origin { setter: self.setter.clone(), source: Some(self.source.clone()), key, value: span };
        self.layer.push((path, Setting { value, origin }));
    }
}
