//! What can be wrong with a space, a study or its journal.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain, NumberError};

/// What can be wrong with a space, a study or its journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A number is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The text of a space is not understood.
    #[error("{key}: {expected} is missing at character {at} of `{text}`")]
    Syntax {
        /// The setting.
        key: String,
        /// The text of its space.
        text: String,
        /// The character, from 1.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// There is no distribution of that name.
    #[error("{key}: there is no distribution {name:?}")]
    Distribution {
        /// The setting.
        key: String,
        /// The name.
        name: String,
        /// The distribution that was probably meant.
        nearest: Option<String>,
    },
    /// A distribution has the wrong number of arguments.
    #[error("{key}: {name} takes {expected}, not {found}")]
    Arguments {
        /// The setting.
        key: String,
        /// The distribution.
        name: String,
        /// What it takes.
        expected: &'static str,
        /// How many there are.
        found: usize,
    },
    /// The bounds of a distribution make no sense.
    #[error("{key}: {reason}")]
    Bounds {
        /// The setting.
        key: String,
        /// Which rule is broken.
        reason: String,
    },
    /// Two spaces for one setting.
    #[error("{key} has two spaces")]
    Twice {
        /// The setting.
        key: String,
    },
    /// Nothing varies.
    #[error("there is nothing to search: no setting has a space")]
    Empty,
    /// A condition asks for a setting that does not vary.
    #[error("{key} depends on {parent}, which has no space")]
    NoParent {
        /// The setting with the condition.
        key: String,
        /// The setting that the condition is about.
        parent: String,
    },
    /// A condition can never hold.
    #[error("{key} is never set: {parent} is never {wanted}")]
    NeverSet {
        /// The setting with the condition.
        key: String,
        /// The setting that the condition is about.
        parent: String,
        /// The test.
        wanted: String,
    },
    /// Conditions that depend on each other.
    #[error("the condition of {key} depends, by way of {parent}, on {key} itself")]
    Circle {
        /// A setting of the circle.
        key: String,
        /// The next one.
        parent: String,
    },
    /// More points than a grid may have.
    #[error("the grid has more than {limit} points")]
    Grid {
        /// The most there may be.
        limit: usize,
    },
    /// More settings than a Sobol point has coordinates.
    #[error("the Sobol sequence has {limit} dimensions, the space has {found}")]
    Dimensions {
        /// Dimensions of the sequence.
        limit: usize,
        /// Settings of the space.
        found: usize,
    },
    /// More workers than trials that may run side by side.
    #[error("there are {workers} workers, but only {lag} trials may run side by side")]
    Workers {
        /// The workers asked for.
        workers: usize,
        /// The lag of the study.
        lag: usize,
    },
    /// Another process works on the study.
    #[error("another process works on the study {}", path.display())]
    Busy {
        /// The journal.
        path: PathBuf,
    },
    /// A line of the journal cannot be read.
    #[error("line {line} of {} is damaged: {reason}", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl SearchError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl Explain for SearchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::Io { .. } => ErrorKind::Io,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Distribution { nearest: Some(name), .. } => format!("did you mean {name}(…)?"),
            Self::Syntax { .. } | Self::Distribution { .. } | Self::Arguments { .. } => {
                "write uniform(0,0.5), log(1e-5,1e-1), int(1,4), logint(8,512) or choice(a,b,c), and a condition \
                 behind it: uniform(0,0.99) if optim.kind=sgd"
                    .to_owned()
            }
            Self::Empty => "give at least one, such as 'optim.lr=log(1e-5,1e-1)'".to_owned(),
            Self::NoParent { parent, .. } => format!("give {parent} a space, or take the condition away"),
            Self::Grid { .. } => {
                "give fewer points or steps, or take the sampler sobol or random".to_owned()
            }
            Self::Dimensions { .. } => "take the sampler random or tpe".to_owned(),
            Self::Workers { workers, .. } => format!("start the study with --lag {workers}"),
            Self::Damaged { .. } => {
                "the lines before it are whole: cut the file there to go on from them".to_owned()
            }
            _ => return None,
        };
        Some(help)
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::Syntax { key, .. }
            | Self::Distribution { key, .. }
            | Self::Arguments { key, .. }
            | Self::Bounds { key, .. }
            | Self::Twice { key }
            | Self::NoParent { key, .. }
            | Self::NeverSet { key, .. }
            | Self::Circle { key, .. } => Some(Cow::Borrowed(key)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_space_names_its_setting() {
        for space in ["log(1e-5", "normal(0,1)", "log(1)", "log(1,1e-5)"] {
            let error = crate::search::Space::parse([format!("optim.lr={space}")]).unwrap_err();
            assert_eq!(error.key().as_deref(), Some("optim.lr"), "{error}");
        }
        assert_eq!(SearchError::Empty.key(), None);
    }
}
