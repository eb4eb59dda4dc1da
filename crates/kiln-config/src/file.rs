//! The layer of a TOML file or a bundled recipe.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use kiln_core::file::{PathKind, says_missing};
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

/// The text of a file or recipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// What it says.
    pub(crate) text: String,
    /// Whether it is a recipe's.
    pub(crate) is_recipe: bool,
}

impl Text {
    /// That of the file or recipe called `name`. A file wins over a recipe of the same name. A pipe is read to its end, once.
    ///
    /// # Errors
    /// When there is neither, or it is no text.
    pub(crate) fn of(name: &str) -> Result<Self, ConfigError> {
        let path = Path::new(name);
        let owned = || path.to_owned();
        let kind = PathKind::of(path).map_err(|source| ConfigError::Unreadable { path: owned(), source })?;
        // A folder that happens to be called like a recipe must not hide it.
        if matches!(kind, PathKind::Missing | PathKind::Folder)
            && let Some(text) = recipe::find(name)
        {
            return Ok(Self { text: text.to_owned(), is_recipe: true });
        }
        match kind {
            PathKind::File | PathKind::Pipe => match File::open(path) {
                Ok(file) => Ok(Self { text: read_text(path, file)?, is_recipe: false }),
                Err(error) if says_missing(&error) => Err(not_found(name)),
                Err(source) => Err(ConfigError::Unreadable { path: owned(), source }),
            },
            PathKind::Folder => Err(ConfigError::Folder { path: owned() }),
            PathKind::Missing => Err(not_found(name)),
            _ => Err(ConfigError::NotAFile { path: owned() }),
        }
    }

    /// Every setting in it, with its place.
    ///
    /// # Errors
    /// As [`parse`].
    pub(crate) fn layer(&self, name: &str) -> Result<Layer, ConfigError> {
        let text = self.text.clone();
        if self.is_recipe {
            parse(Source { name: format!("recipe {name}"), text }, Setter::Recipe)
        } else {
            parse(Source { name: name.to_owned(), text }, Setter::File)
        }
    }
}

/// Whether something has this name that is read as a configuration, so that it is not an argument. What the system does not
/// say counts: reading it says what is wrong.
pub(crate) fn is_there(name: &str) -> bool {
    !matches!(PathKind::of(Path::new(name)), Ok(PathKind::Missing))
}

/// Whether a configuration comes from a pipe, which is in no folder of its own.
pub(crate) fn is_pipe(name: &str) -> bool {
    matches!(PathKind::of(Path::new(name)), Ok(PathKind::Pipe))
}

fn not_found(name: &str) -> ConfigError {
    ConfigError::NotFound {
        name: name.to_owned(),
        recipes: recipe::names().collect(),
        nearest: nearest(name, recipe::names()),
    }
}

fn read_text(path: &Path, file: File) -> Result<String, ConfigError> {
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|source: io::Error| ConfigError::Unreadable { path: path.to_owned(), source })?;
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
            (Value::Table(table), DeValue::Table(places)) if !schema::has_own_names(&path) => {
                self.push(path.clone(), Value::Table(Table::new()), key, place.span());
                self.table(&path, table, places);
            }
            (Value::Array(items), DeValue::Array(places)) if schema::is_list(&path) => {
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
