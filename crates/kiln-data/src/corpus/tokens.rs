//! The tokens of the parts of a corpus.

use super::alphabet::Alphabet;
use super::chunks::chunks;
use super::error::CorpusError;
use crate::{TokenizerConfig, TokenizerError};

/// Tokens of a part, and the bytes of the text that each stands for, where that is not known from the token.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) tokens: Vec<u32>,
    pub(super) sizes: Vec<u32>,
}

/// Learns pieces of words from the first of these texts, and cuts all of them.
pub(super) fn of_pieces(
    config: &TokenizerConfig,
    texts: [&str; 3],
) -> Result<(Alphabet, [Part; 3]), CorpusError> {
    let tokenizer = config.train(chunks(texts[0])).map_err(|error| match error {
        // What it says is of a table.
        TokenizerError::NoTokens => CorpusError::NoTokens,
        error => error.into(),
    })?;
    let part = |text: &str| {
        let mut part = Part::default();
        let mut left = 0;
        for chunk in chunks(text) {
            let sized = tokenizer.sized(chunk).unwrap_or_default();
            if sized.is_empty() {
                left += chunk.len() as u32;
            }
            for (id, size) in sized {
                part.tokens.push(id - 1);
                part.sizes.push(size + left);
                left = 0;
            }
        }
        part
    };
    let parts = texts.map(part);
    Ok((Alphabet::of_pieces(tokenizer), parts))
}
