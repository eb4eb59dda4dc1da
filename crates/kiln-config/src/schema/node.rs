//! What one setting, section or kind may be.

use serde_json::{Map, Value as Json};
use toml::Value;

use super::root::root;

/// A part of the schema that describes one setting, one section, or one kind of a section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// As it stands in its place: its description, default and words are those of the place.
    own: &'static Json,
}

impl Node {
    pub(super) fn new(own: &'static Json) -> Self {
        Self { own }
    }

    /// What `own` refers to.
    fn target(self) -> Self {
        match self.own.get("$ref").and_then(Json::as_str).and_then(|path| path.strip_prefix('#')) {
            Some(path) => root().pointer(path).map_or(self, |target| Self::new(target).target()),
            None => self,
        }
    }

    /// An entry of the place, or of what it refers to.
    pub(crate) fn get(self, keyword: &str) -> Option<&'static Json> {
        self.own.get(keyword).or_else(|| self.target().own.get(keyword))
    }

    /// All that it may be: itself, or the alternatives.
    pub(crate) fn alternatives(self) -> Vec<Self> {
        match self.get("oneOf").or_else(|| self.get("anyOf")).and_then(Json::as_array) {
            Some(all) => all.iter().flat_map(|one| Self::new(one).alternatives()).collect(),
            None => vec![self],
        }
    }

    /// The tables that it may be: one, or one for each kind.
    pub(crate) fn objects(self) -> Vec<Self> {
        self.alternatives().into_iter().filter(|one| one.is("object")).collect()
    }

    /// Whether it is a table and nothing else.
    pub(crate) fn is_section(self) -> bool {
        self.alternatives().iter().all(|one| one.is("object"))
    }

    /// Whether it is a list of tables.
    pub(crate) fn is_list(self) -> bool {
        self.items().is_some_and(Self::is_section)
    }

    /// What the entries of a list may be.
    pub(crate) fn items(self) -> Option<Self> {
        self.alternatives().into_iter().find_map(|one| one.get("items").map(Self::new))
    }

    /// The value of `kind`, for a kind of a section.
    pub(crate) fn kind(self) -> Option<&'static str> {
        self.get("properties")?.pointer("/kind/const")?.as_str()
    }

    /// The settings of a table, in the order of the type.
    pub(crate) fn settings(self) -> impl Iterator<Item = (&'static str, Self)> {
        let settings = self.get("properties").and_then(Json::as_object).map(Map::iter);
        settings.into_iter().flatten().map(|(name, own)| (name.as_str(), Self::new(own)))
    }

    /// A setting of a table.
    pub(crate) fn setting(self, name: &str) -> Option<Self> {
        self.get("properties")?.get(name).map(Self::new)
    }

    /// What every value of a table with names of the user's own may be, such as the classes of `loss.class_weights`.
    pub(crate) fn own_names(self) -> Option<Self> {
        self.objects()
            .into_iter()
            .find_map(|one| one.get("additionalProperties").filter(|own| own.is_object()))
            .map(Self::new)
    }

    /// The settings of a table that have no default.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        self.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
    }

    /// The words that a text may be; empty when it may be any.
    pub(crate) fn words(self) -> Vec<&'static str> {
        let texts = self.alternatives().into_iter().filter(|one| one.is("string"));
        let words = texts.flat_map(|one| {
            let listed = one.get("enum").and_then(Json::as_array).into_iter().flatten();
            one.get("const").into_iter().chain(listed).filter_map(Json::as_str)
        });
        words.collect()
    }

    /// Whether it may be of a type: `object`, `array`, `string`, `integer`, `number` or `boolean`.
    pub(crate) fn may_be(self, name: &str) -> bool {
        self.alternatives().iter().any(|one| one.is(name))
    }

    fn is(self, name: &str) -> bool {
        match self.get("type") {
            Some(Json::String(own)) => own == name,
            Some(Json::Array(own)) => own.iter().any(|own| own == name),
            _ => false,
        }
    }

    /// Whether a whole number must not be negative.
    pub(crate) fn is_unsigned(self) -> bool {
        self.get("format").and_then(Json::as_str).is_some_and(|format| format.starts_with("uint"))
    }

    /// The number of entries that a list must have, if it is one number.
    pub(crate) fn length(self) -> Option<u64> {
        let bound = |keyword| self.get(keyword).and_then(Json::as_u64);
        bound("minItems").filter(|least| bound("maxItems") == Some(*least))
    }

    /// Whether a value is of the right type: what its range is, the kinds check by themselves.
    pub(crate) fn takes(self, value: &Value) -> bool {
        self.alternatives().into_iter().any(|one| one.takes_alone(value))
    }

    fn takes_alone(self, value: &Value) -> bool {
        match value {
            Value::String(text) => {
                let words = self.words();
                self.is("string") && (words.is_empty() || words.contains(&text.as_str()))
            }
            Value::Integer(number) => {
                self.is("number") || self.is("integer") && !(self.is_unsigned() && *number < 0)
            }
            Value::Float(_) => self.is("number"),
            Value::Boolean(_) => self.is("boolean"),
            Value::Array(items) => {
                self.is("array")
                    && self.length().is_none_or(|length| length == items.len() as u64)
                    && self.items().is_none_or(|node| items.iter().all(|item| node.takes(item)))
            }
            Value::Table(_) => self.is("object"),
            Value::Datetime(_) => false,
        }
    }
}
