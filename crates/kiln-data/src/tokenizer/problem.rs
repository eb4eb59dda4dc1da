//! What can be wrong with a tokeniser.

use std::borrow::Cow;

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
}

impl Explain for TokenizerError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(error) => error.kind(),
            Self::NoTokens | Self::AllRare { .. } => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Number(error) => error.help(),
            Self::NoTokens => Some("name the column of the texts in data.text".to_owned()),
            Self::AllRare { most, .. } => Some(format!("set data.tokenizer.min_count to at most {most}")),
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::NoTokens => Some("data.text".into()),
            Self::AllRare { .. } => Some("data.tokenizer.min_count".into()),
        }
    }
}
