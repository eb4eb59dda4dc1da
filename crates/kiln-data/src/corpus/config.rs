//! How a corpus is read, and how often a model of it is judged.

use kiln_core::check::{NumberError, at_least};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// What a token of a corpus is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Alphabetic {
    /// A character of Unicode. The vocabulary is what the training part has.
    #[default]
    Characters,
    /// A byte. The vocabulary is what the training part has, and a file may hold anything.
    Bytes,
}

/// The section `[corpus]`, for `data.source = "corpus"`: a language model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorpusConfig {
    /// What a token is: `characters` or `bytes`. Default `characters`.
    pub tokens: Alphabetic,
    /// Whether each file is a document by itself. Windows go across documents all the same, so that none of a batch is padding, but a token sees none of another document,
    /// positions begin anew with each, and its first token is not predicted. Default false: all files are one text.
    pub documents: bool,
    /// Steps between two evaluations, at least 1. That is what an epoch of a corpus is: its windows are drawn at random. Default 250.
    #[schemars(range(min = 1))]
    pub every: u64,
    /// Windows of the validation part that an evaluation looks at, in equal distances, at least 1. 0: all of them. Default 0.
    pub windows: usize,
    /// Texts that are written at an evaluation. Default 1.
    pub samples: usize,
    /// Tokens of each, at least 1. Default 200.
    #[schemars(range(min = 1))]
    pub length: usize,
}

impl Default for CorpusConfig {
    fn default() -> Self {
        Self {
            tokens: Alphabetic::default(),
            documents: false,
            every: 250,
            windows: 0,
            samples: 1,
            length: 200,
        }
    }
}

impl CorpusConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        at_least("corpus.every", usize::try_from(self.every).unwrap_or(usize::MAX), 1)?;
        at_least("corpus.length", self.length, 1).map(|_| ())
    }
}
