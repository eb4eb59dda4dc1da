//! What can be wrong with a corpus.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

use crate::TokenizerError;

/// Why a corpus cannot be read or cut.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// No path.
    #[error("the data source corpus needs a path")]
    NoPath,
    /// A file or folder that the system does not read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: std::io::Error,
    },
    /// A folder without files.
    #[error("{} holds no file", path.display())]
    NoFile {
        /// The folder.
        path: PathBuf,
    },
    /// Bytes that are no text.
    #[error("{} is no UTF-8 from byte {byte} on (line {line})", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Where, from 0.
        byte: usize,
        /// The line, from 1.
        line: usize,
    },
    /// A text of which nothing becomes a token.
    #[error("the training part has no token in it")]
    NoTokens,
    /// What keeps words from being cut into pieces.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// A part with fewer tokens than a window needs.
    #[error("the {part} part of {} has {tokens} tokens, and a window needs {needed}", path.display())]
    TooShort {
        /// The corpus.
        path: PathBuf,
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// Its tokens.
        tokens: usize,
        /// Tokens of a window, and the one behind it.
        needed: usize,
    },
}

impl Explain for CorpusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoPath => ErrorKind::Usage,
            Self::Tokenizer(error) => error.kind(),
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Tokenizer(error) => return error.help(),
            Self::NoTokens => "name a text that is not empty with --data".to_owned(),
            Self::NoPath => "name a text with --data, such as --data corpus.txt".to_owned(),
            Self::Read { .. } | Self::NoFile { .. } => {
                "name a file of text, or a folder of such files, with --data".to_owned()
            }
            Self::NotText { .. } => "set corpus.tokens = \"bytes\", or convert the file to UTF-8".to_owned(),
            Self::TooShort { part: "training", .. } => {
                "set a smaller model.context, or give more text".to_owned()
            }
            Self::TooShort { part, .. } => {
                format!("set a larger data.{part}, 0 for none, or a smaller model.context")
            }
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(match self {
            Self::TooShort { .. } => "model.context",
            Self::Tokenizer(error) => return error.key(),
            _ => "data.path",
        }))
    }
}
