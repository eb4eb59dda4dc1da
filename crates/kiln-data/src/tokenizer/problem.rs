//! What can be wrong with a tokeniser.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why texts cannot become tokens.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Texts that hold nothing.
    #[error("no text of the training part has a token in it: all of them are empty")]
    NoTokens,
    /// Every token is rarer than it must be to be known.
    #[error(
        "no token of the training part comes {min_count} times (data.tokenizer.min_count): the most frequent one comes {most}"
    )]
    AllRare {
        /// How often a token must come.
        min_count: usize,
        /// How often the most frequent one does.
        most: usize,
    },
    /// Pieces of words, in a build without them.
    #[error("this kiln cuts no words into pieces: it was built without its feature tokenizers")]
    NotBuilt,
    /// What is no tokeniser.
    #[error("no tokenizer.json: {reason}")]
    Json {
        /// What is wrong.
        reason: String,
    },
    /// A file that is no tokeniser, or cannot be read.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl TokenizerError {
    /// What an error says that came of reading stored settings: that this build lacks what they need, if so.
    pub fn of_stored(error: &serde_json::Error) -> Option<Self> {
        let missing = Self::NotBuilt;
        error.to_string().contains(&missing.to_string()).then_some(missing)
    }
}

impl Explain for TokenizerError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(error) => error.kind(),
            Self::NotBuilt => ErrorKind::Usage,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Number(error) => error.help(),
            Self::NoTokens => Some("name the column of the texts in data.text".to_owned()),
            Self::NotBuilt => Some(
                "build it with --features tokenizers, or choose words, characters or bytes in data.tokenizer.kind"
                    .to_owned(),
            ),
            Self::Json { .. } => None,
            Self::File { .. } => {
                Some("name a tokenizer.json that the package tokenizers has written".to_owned())
            }
            Self::AllRare { most, .. } => Some(format!("set data.tokenizer.min_count to at most {most}")),
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::NoTokens => Some("data.text".into()),
            Self::NotBuilt => Some("data.tokenizer.kind".into()),
            Self::File { .. } => Some("data.tokenizer.path".into()),
            Self::Json { .. } => None,
            Self::AllRare { .. } => Some("data.tokenizer.min_count".into()),
        }
    }
}
