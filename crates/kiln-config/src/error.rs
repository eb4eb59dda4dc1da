//! Everything that can be wrong with a configuration, with the place that says it.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use kiln_core::file::PathKind;
use kiln_core::{ErrorKind, Explain};

use crate::origin::Snippet;

/// What helps whoever feeds a table to a training.
const FROM_A_FILE: &str =
    "a pipe is read as a configuration (TOML); data are read more than once, so they must be in a file";

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Neither a file nor a recipe of this name.
    #[error("there is no configuration file and no recipe {name:?}")]
    NotFound {
        /// What was asked for.
        name: String,
        /// The recipes there are.
        recipes: Vec<&'static str>,
        /// The recipe that was most likely meant.
        nearest: Option<String>,
    },
    /// A folder where a file is needed.
    #[error("{} is a folder, not a configuration file", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A device or a socket where a file is needed.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// What was given.
        path: PathBuf,
    },
    /// The operating system does not let us read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// More text than any configuration needs.
    #[error("{} is larger than {limit} bytes: not a configuration", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// A file that is no text.
    #[error("{} is not UTF-8 text (byte {offset})", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first byte that is wrong, from 0.
        offset: usize,
    },
    /// A file without text.
    #[error("{} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A variable that is no text.
    #[error("the environment variable {name} is not UTF-8 text")]
    EnvironmentNotUtf8 {
        /// The variable.
        name: String,
    },
    /// A path that is no text.
    #[error("the path {} is not UTF-8 text, so it cannot be kept in a configuration", path.display())]
    PathNotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A text that is not TOML.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
        /// Where.
        place: Snippet,
    },
    /// An argument that is not `key=value`.
    #[error("{argument:?} is not a setting")]
    NotAnAssignment {
        /// The argument.
        argument: String,
    },
    /// An unknown section.
    #[error("there is no section {section:?}")]
    UnknownSection {
        /// Its name.
        section: String,
        /// The section that was most likely meant.
        nearest: Option<String>,
        /// Where it is written.
        place: Option<Snippet>,
    },
    /// An unknown setting.
    #[error("there is no setting {key:?}")]
    UnknownKey {
        /// Its dotted key.
        key: String,
        /// The key that was most likely meant.
        nearest: Option<String>,
        /// The kind of the section, and the kinds that do have this key.
        kind: Option<Box<(String, Vec<String>)>>,
        /// Where it is written.
        place: Option<Snippet>,
    },
    /// Nothing was asked for.
    #[error("there is nothing to train: no configuration, no recipe and no data.source")]
    NoConfiguration,
    /// A setting without a default is missing.
    #[error("{key} is missing")]
    Missing {
        /// Its dotted key.
        key: String,
        /// What to do.
        help: String,
        /// The section that lacks it.
        place: Option<Snippet>,
    },
    /// A value of the wrong type, or a word that is not one of the choices.
    #[error("{key} is {found}, it must be {expected}")]
    Value {
        /// The dotted key.
        key: String,
        /// The value, shortened.
        found: Box<str>,
        /// What it must be, in words.
        expected: Box<str>,
        /// The choice that was most likely meant.
        nearest: Option<String>,
        /// Where the value is written.
        place: Option<Snippet>,
    },
    /// A section where a list of sections is needed.
    #[error("{list} is a list of sections")]
    List {
        /// The key of the list.
        list: String,
        /// Where it is written.
        place: Option<Snippet>,
    },
    /// An entry that would leave a gap in a list.
    #[error("there is no {list}.{index}, there are {count}")]
    NoSuchEntry {
        /// The key of the list.
        list: String,
        /// The entry, from 0.
        index: usize,
        /// Number of entries there are.
        count: usize,
        /// Where it is written.
        place: Option<Snippet>,
    },
    /// What a library crate says about a setting.
    #[error("{error}")]
    Setting {
        /// What is wrong; its [`Explain::key`] names the setting.
        error: Box<dyn Explain + Send + Sync>,
        /// Where the value is written; `None` for a default.
        place: Option<Snippet>,
    },
}

impl ConfigError {
    /// The text to show under the message.
    pub fn place(&self) -> Option<&Snippet> {
        match self {
            Self::Syntax { place, .. } => Some(place),
            Self::UnknownSection { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::Missing { place, .. }
            | Self::Value { place, .. }
            | Self::List { place, .. }
            | Self::NoSuchEntry { place, .. }
            | Self::Setting { place, .. } => place.as_ref(),
            _ => None,
        }
    }
}

impl Explain for ConfigError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Setting { error, .. } => error.kind(),
            Self::Unreadable { .. } => ErrorKind::Io,
            _ => ErrorKind::Usage,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::UnknownKey { key, .. } | Self::Missing { key, .. } | Self::Value { key, .. } => {
                Some(Cow::Borrowed(key))
            }
            Self::UnknownSection { section, .. } => Some(Cow::Borrowed(section)),
            Self::List { list, .. } => Some(Cow::Borrowed(list)),
            Self::NoSuchEntry { list, index, .. } => Some(Cow::Owned(format!("{list}.{index}"))),
            Self::NoConfiguration => Some(Cow::Borrowed("data.source")),
            Self::Setting { error, .. } => error.key(),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        let did_you_mean = |name: &String| format!("did you mean {name:?}?");
        match self {
            Self::NotFound { name, .. } if name == "-" => Some(FROM_A_FILE.to_owned()),
            Self::NotFound { recipes, nearest, .. } => Some(match nearest {
                Some(name) => did_you_mean(name),
                None => format!("give a TOML file or one of the recipes: {}", recipes.join(", ")),
            }),
            Self::Syntax { place, .. }
                if matches!(PathKind::of(place.source.name.as_ref()), Ok(PathKind::Pipe)) =>
            {
                Some(FROM_A_FILE.to_owned())
            }
            Self::Syntax { place, .. } if !place.source.name.ends_with(".toml") => Some(
                "a configuration is written in TOML; for a table say data.source=csv --data FILE".to_owned(),
            ),
            Self::Folder { .. } => Some("give the file in it; a run's is called run.toml".to_owned()),
            Self::TooLarge { .. } | Self::NotUtf8 { .. } | Self::NotAFile { .. } => {
                Some("give a TOML file".to_owned())
            }
            Self::Empty { .. } => {
                Some("start from a recipe: `kiln config print digits > my.toml`".to_owned())
            }
            Self::NotAnAssignment { .. } => {
                Some("write KEY=VALUE, for example train.epochs=5; put the configuration first".to_owned())
            }
            Self::UnknownSection { nearest, .. } => Some(match nearest {
                Some(name) => did_you_mean(name),
                None => {
                    format!("the sections are {}", crate::schema::sections().collect::<Vec<_>>().join(", "))
                }
            }),
            Self::UnknownKey { nearest, kind, .. } => unknown_key(nearest.as_ref(), kind.as_deref()),
            Self::NoConfiguration => Some(format!(
                "name a recipe ({}) or a TOML file, or your data: `kiln train FILE.csv`",
                crate::recipe::names().collect::<Vec<_>>().join(", ")
            )),
            Self::Missing { help, .. } => Some(help.clone()),
            Self::Value { nearest, .. } => nearest.as_ref().map(did_you_mean),
            Self::List { list, .. } => {
                let kind = crate::schema::kinds(list).into_iter().next().unwrap_or_default();
                let header = crate::schema::header(list);
                Some(format!("write [[{header}]] in a file and {list}.0.kind={kind} as an argument"))
            }
            Self::Setting { error, .. } => error.help(),
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
