//! How texts become tokens, as the training part says.

use std::borrow::Cow;
use std::sync::Arc;

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::encoded::Encoded;
use super::facts::TextFacts;
use super::texts::Texts;
use crate::form::padded::TokenShape;
use crate::preprocess::TextSettings;
use crate::tokenizer::UNKNOWN;
use crate::{Tokenizer, TokenizerError};

/// A tokeniser that knows the tokens of the training part, and how long its sequences are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextEncoder {
    tokenizer: Tokenizer,
    /// The length of the longest sequence, at least 1.
    longest: usize,
    /// The tokens of the data set that it was fitted on.
    #[serde(skip)]
    encoded: Option<Arc<Encoded>>,
}

// What is kept of a data set is no part of what was learned.
impl PartialEq for TextEncoder {
    fn eq(&self, other: &Self) -> bool {
        (&self.tokenizer, self.longest) == (&other.tokenizer, other.longest)
    }
}

impl TextEncoder {
    /// Learns from the texts of `train`.
    ///
    /// # Errors
    /// Settings that are out of range, texts without a token to be known.
    pub(super) fn fit(
        texts: &Texts,
        train: impl Iterator<Item = usize> + Clone,
        settings: &TextSettings,
    ) -> Result<Self, TokenizerError> {
        check::at_least("data.longest", settings.longest, 1)?;
        let tokenizer = settings.tokenizer.train(train.clone().map(|row| texts.text(row)))?;
        let encoded = Encoded::of(texts, &tokenizer);
        let longest = train.map(|row| encoded.sequence(row).len()).max().unwrap_or(0);
        let longest = longest.clamp(1, settings.longest);
        Ok(Self { tokenizer, longest, encoded: Some(Arc::new(encoded)) })
    }

    pub(super) fn is_sound(&self) -> bool {
        self.longest > 0 && self.tokenizer.is_sound()
    }

    pub(super) fn shape(&self) -> TokenShape {
        TokenShape { vocabulary: self.tokenizer.vocabulary(), longest: self.longest }
    }

    pub(crate) fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// All tokens of a text, however many they are.
    fn whole<'a>(&'a self, texts: &Texts, row: usize) -> Cow<'a, [u32]> {
        match &self.encoded {
            Some(encoded) if encoded.are_of(texts) => Cow::Borrowed(encoded.sequence(row)),
            _ => Cow::Owned(self.tokenizer.encode(texts.text(row))),
        }
    }

    /// The tokens of `rows` that the model sees.
    pub(crate) fn sequences<'a>(&'a self, texts: &Texts, rows: &[usize]) -> Vec<Cow<'a, [u32]>> {
        let cut = |&row: &usize| match self.whole(texts, row) {
            Cow::Borrowed(ids) => Cow::Borrowed(&ids[..ids.len().min(self.longest)]),
            Cow::Owned(mut ids) => {
                ids.truncate(self.longest);
                Cow::Owned(ids)
            }
        };
        rows.iter().map(cut).collect()
    }

    /// The tokens of `rows` that the model sees, as they stand in the texts.
    pub(crate) fn pieces(&self, texts: &Texts, rows: &[usize]) -> Vec<Vec<String>> {
        let of = |row: &usize| {
            let mut pieces = self.tokenizer.pieces(texts.text(*row));
            pieces.truncate(self.longest);
            pieces
        };
        rows.iter().map(of).collect()
    }

    /// How many tokens of `rows` the model sees.
    pub(crate) fn lengths(&self, texts: &Texts, rows: &[usize]) -> Vec<usize> {
        rows.iter().map(|&row| self.whole(texts, row).len().min(self.longest)).collect()
    }

    /// What becomes of these texts.
    pub(crate) fn facts(&self, texts: &Texts, rows: &[usize]) -> TextFacts {
        let mut lengths = Vec::with_capacity(rows.len());
        let mut unknown = 0;
        for &row in rows {
            let ids = self.whole(texts, row);
            unknown += ids.iter().filter(|id| **id == UNKNOWN).count();
            lengths.push(ids.len());
        }
        let cut = lengths.iter().filter(|length| **length > self.longest).count();
        let empty = lengths.iter().filter(|length| **length == 0).count();
        lengths.sort_unstable();
        TextFacts {
            texts: rows.len(),
            tokens: lengths.iter().sum(),
            unknown,
            empty,
            cut,
            longest: self.longest,
            median: lengths.get(lengths.len() / 2).copied().unwrap_or(0),
            vocabulary: self.tokenizer.vocabulary(),
            unit: self.tokenizer.name(),
        }
    }
}
