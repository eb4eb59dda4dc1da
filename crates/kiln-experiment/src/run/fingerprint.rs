//! The fingerprint of the data: a run goes on, and is judged, with the data it was trained on, and goes on with the tokeniser, too.

use std::path::Path;

use kiln_data::{DataConfig, Dataset, Fingerprint, Precision, TokenizerConfig};

use super::record::RunRecord;
use crate::error::RunError;

impl RunRecord {
    /// Refuses data other than those that the run in `folder` was trained on. Gives how exactly the run takes their numbers.
    ///
    /// # Errors
    /// [`RunError::DataChanged`].
    pub fn must_be_of(&self, dataset: &Dataset, folder: &Path) -> Result<Precision, RunError> {
        let Some(data) = &self.data else { return Ok(Precision::default()) };
        let changed = || RunError::DataChanged { name: data.name.clone(), run: folder.to_owned() };
        dataset.precision_of(&data.fingerprint).ok_or_else(changed)
    }

    /// Refuses another `tokenizer.json` than that with which the run in `folder` began. What is learned from here on would have other tokens.
    ///
    /// # Errors
    /// [`RunError::TokenizerChanged`], also where the file cannot be read.
    pub(crate) fn must_have_tokenizer(&self, config: &DataConfig, folder: &Path) -> Result<(), RunError> {
        let recorded = self.data.as_ref().and_then(|data| data.tokenizer.as_ref());
        let Some((recorded, path)) = recorded.zip(tokenizer_file(config)) else { return Ok(()) };
        if print(path).as_ref() == Some(recorded) {
            return Ok(());
        }
        Err(RunError::TokenizerChanged { path: path.to_owned(), run: folder.to_owned() })
    }

    /// Whether both runs were trained on the same data.
    pub fn same_data(&self, other: &Self) -> bool {
        let fingerprint = |record: &Self| record.data.as_ref().map(|data| data.fingerprint.clone());
        fingerprint(self) == fingerprint(other)
    }
}

/// The file that the tokeniser is read from, if it is.
fn tokenizer_file(config: &DataConfig) -> Option<&'static Path> {
    match config.tokenizer {
        Some(TokenizerConfig::File(file)) => Some(file.path.path()),
        _ => None,
    }
}

/// BLAKE3 of a file; none where it cannot be read.
fn print(path: &Path) -> Option<Fingerprint> {
    std::fs::read(path).ok().map(|bytes| Fingerprint::of_parts([bytes.as_slice()]))
}

/// BLAKE3 of the `tokenizer.json` that these settings name, if they do.
pub(crate) fn tokenizer_print(config: &DataConfig) -> Option<Fingerprint> {
    tokenizer_file(config).and_then(print)
}
