//! A build without the package `tokenizers`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::problem::TokenizerError;

/// What this build has none of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) enum Subwords {}

type Texts<'a> = &'a mut dyn Iterator<Item = String>;

impl Subwords {
    pub(super) fn bpe(_: bool, _: usize, _: usize, _: Texts<'_>) -> Result<Self, TokenizerError> {
        Err(TokenizerError::NotBuilt)
    }

    pub(super) fn word_piece(_: bool, _: usize, _: usize, _: Texts<'_>) -> Result<Self, TokenizerError> {
        Err(TokenizerError::NotBuilt)
    }

    pub(super) fn read(_: &Path) -> Result<Self, TokenizerError> {
        Err(TokenizerError::NotBuilt)
    }

    pub(super) fn encode(&self, _: &str) -> Vec<u32> {
        match *self {}
    }

    pub(super) fn sized(&self, _: &str) -> Vec<(u32, u32)> {
        match *self {}
    }

    pub(super) fn pieces(&self, _: &str) -> Vec<String> {
        match *self {}
    }

    pub(super) fn decode(&self, _: &[u32]) -> String {
        match *self {}
    }

    pub(super) fn bytes(&self, _: u32) -> Option<Vec<u8>> {
        match *self {}
    }

    pub(super) fn len(&self) -> usize {
        match *self {}
    }
}

impl TryFrom<String> for Subwords {
    type Error = TokenizerError;

    fn try_from(_: String) -> Result<Self, TokenizerError> {
        Err(TokenizerError::NotBuilt)
    }
}

impl From<Subwords> for String {
    fn from(subwords: Subwords) -> Self {
        match subwords {}
    }
}
