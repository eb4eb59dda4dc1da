//! Everything that can be wrong with a configuration, with the place that says it.

use std::io;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

use super::origin::Snippet;

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfigError {
    #[error("there is no configuration file and no recipe {name:?}")]
    NotFound { name: String, recipes: Vec<&'static str>, nearest: Option<String> },
    #[error("{} is a folder, not a configuration file", path.display())]
    Folder { path: PathBuf },
    #[error("{} holds data, not a configuration", path.display())]
    Data { path: PathBuf },
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is larger than {limit} bytes: not a configuration", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{} is not UTF-8 text (byte {offset})", path.display())]
    NotUtf8 { path: PathBuf, offset: usize },
    #[error("{} is empty", path.display())]
    Empty { path: PathBuf },
    #[error("the environment variable {name} is not UTF-8 text")]
    EnvironmentNotUtf8 { name: String },
    #[error("the path {} is not UTF-8 text, so it cannot be kept in a configuration", path.display())]
    PathNotUtf8 { path: PathBuf },
    #[error("{message}")]
    Syntax { message: String, place: Snippet },
    #[error("{argument:?} is not a setting")]
    NotAnAssignment { argument: String },
    #[error("there is no section {section:?}")]
    UnknownSection { section: String, nearest: Option<String>, place: Option<Snippet> },
    #[error("there is no setting {key:?}")]
    UnknownKey {
        key: String,
        nearest: Option<String>,
        /// The kind of the section, and the kinds that do have this key.
        kind: Option<Box<(String, Vec<String>)>>,
        place: Option<Snippet>,
    },
    #[error("there is nothing to train: no configuration, no recipe and no data.source")]
    NoConfiguration,
    #[error("{key} is missing")]
    Missing { key: String, help: String, place: Option<Snippet> },
    #[error("{key} is {found}, it must be {expected}")]
    Value {
        key: String,
        found: Box<str>,
        expected: Box<str>,
        nearest: Option<String>,
        place: Option<Snippet>,
    },
    #[error("{list} is a list of sections")]
    List { list: &'static str, place: Option<Snippet> },
    #[error("there is no {list}.{index}, there are {count}")]
    NoSuchEntry { list: &'static str, index: usize, count: usize, place: Option<Snippet> },
}

impl ConfigError {
    /// The text to show under the message.
    pub(crate) fn place(&self) -> Option<&Snippet> {
        match self {
            Self::Syntax { place, .. } => Some(place),
            Self::UnknownSection { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::Missing { place, .. }
            | Self::Value { place, .. }
            | Self::List { place, .. }
            | Self::NoSuchEntry { place, .. } => place.as_ref(),
            _ => None,
        }
    }
}

impl Explain for ConfigError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        let did_you_mean = |name: &String| format!("did you mean {name:?}?");
        match self {
            Self::NotFound { recipes, nearest, .. } => Some(match nearest {
                Some(name) => did_you_mean(name),
                None => format!("give a TOML file or one of the recipes: {}", recipes.join(", ")),
            }),
            Self::Folder { .. } => Some("give the file in it; a run's is called run.toml".to_owned()),
            Self::Data { path } => Some(format!("use `data.source=csv --data {}`", path.display())),
            Self::TooLarge { .. } | Self::NotUtf8 { .. } => Some("give a TOML file".to_owned()),
            Self::Empty { .. } => {
                Some("start from a recipe: `kiln config print digits > my.toml`".to_owned())
            }
            Self::NotAnAssignment { .. } => {
                Some("write KEY=VALUE, for example train.epochs=5; put the configuration first".to_owned())
            }
            Self::UnknownSection { nearest, .. } => Some(match nearest {
                Some(name) => did_you_mean(name),
                None => format!("the sections are {}", super::schema::SECTIONS.join(", ")),
            }),
            Self::UnknownKey { nearest, kind, .. } => unknown_key(nearest.as_ref(), kind.as_deref()),
            Self::NoConfiguration => Some(format!(
                "name a recipe ({}) or a TOML file, or your data: data.source=csv --data FILE",
                crate::recipe::names().collect::<Vec<_>>().join(", ")
            )),
            Self::Missing { help, .. } => Some(help.clone()),
            Self::Value { nearest, .. } => nearest.as_ref().map(did_you_mean),
            Self::List { list, .. } => {
                let kind = super::schema::kinds_of(list).into_iter().next().unwrap_or_default();
                Some(format!("write [[{list}]] in a file and {list}.0.kind={kind} as an argument"))
            }
            Self::NoSuchEntry { list, count, .. } => Some(format!("the next one is {list}.{count}")),
            _ => None,
        }
    }
}

fn unknown_key(nearest: Option<&String>, kind: Option<&(String, Vec<String>)>) -> Option<String> {
    match (nearest, kind) {
        (_, Some((kind, others))) if !others.is_empty() => {
            Some(format!("the kind is {kind}; it is a setting of {}", others.join(", ")))
        }
        (Some(name), _) => Some(format!("did you mean {name:?}?")),
        (None, _) => Some("`kiln config print` shows every setting".to_owned()),
    }
}
