//! What keeps a language model from being trained, or from writing.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What keeps a language model from being trained, or from writing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LanguageError {
    /// A corpus, and a model that does not say what follows.
    #[error("data.source = \"corpus\" is for model.kind = \"gpt\", and this is {kind:?}")]
    NoLanguageModel {
        /// The model.
        kind: &'static str,
    },
    /// A setting that means nothing to a language model.
    #[error("{key} is not for a corpus")]
    NotForCorpus {
        /// The setting.
        key: &'static str,
    },
    /// Words, characters or bytes as a tokeniser learns them, for a corpus.
    #[error("data.tokenizer.kind = {kind:?} is not for a corpus")]
    NotPieces {
        /// The kind of tokeniser.
        kind: &'static str,
    },
    /// A corpus in bytes and in pieces of words.
    #[error("corpus.tokens = \"bytes\" and data.tokenizer both say what the tokens of a corpus are")]
    TwoTokens,
    /// A run of something else.
    #[error("{} is no run of a language model", run.display())]
    NotALanguageRun {
        /// Its folder.
        run: PathBuf,
    },
    /// A run of a language model, where one that predicts something of items is needed.
    #[error("{} is the run of a language model, which has no items to predict for", run.display())]
    NoItems {
        /// Its folder.
        run: PathBuf,
    },
}

impl Explain for LanguageError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoItems { .. } => {
                "let it write: kiln generate; see what was trained: kiln report".to_owned()
            }
            Self::NoLanguageModel { .. } => {
                "set model.kind = \"gpt\", or start from the recipe tinygpt".to_owned()
            }
            Self::NotForCorpus { key } => format!("leave {key} out"),
            Self::NotPieces { .. } => {
                "set corpus.tokens = \"characters\" or \"bytes\", or data.tokenizer.kind = \"bpe\"".to_owned()
            }
            Self::TwoTokens => "leave corpus.tokens out".to_owned(),
            Self::NotALanguageRun { .. } => "train one: kiln train tinygpt --data corpus.txt".to_owned(),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::NoLanguageModel { .. } => Some(Cow::Borrowed("model.kind")),
            Self::NotForCorpus { key } => Some(Cow::Borrowed(key)),
            Self::NotPieces { .. } => Some(Cow::Borrowed("data.tokenizer.kind")),
            Self::TwoTokens => Some(Cow::Borrowed("corpus.tokens")),
            Self::NotALanguageRun { .. } | Self::NoItems { .. } => None,
        }
    }
}
