//! A corpus among the sources: what there is to say of it. Who trains on it reads it with [`Corpus`](crate::corpus::Corpus).

use super::reader::{Reader, SourceInfo};
use crate::{DataConfig, DataError, Dataset, SettingError};

/// `source = "corpus"`.
#[derive(Debug)]
pub(super) struct CorpusReader;

impl Reader for CorpusReader {
    fn info(&self) -> SourceInfo {
        SourceInfo::format(
            "corpus",
            "a text, or a folder of texts, for a language model",
            &["data.path", "data.tokenizer"],
        )
    }

    fn load(&self, _: &DataConfig) -> Result<Dataset, DataError> {
        Err(SettingError::Corpus.into())
    }
}
