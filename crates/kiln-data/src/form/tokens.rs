//! Sequences of token ids of different lengths: words, characters, events.
//!
//! The training part says which tokens the model knows and how long a sequence may be. In a batch an id is 0 for
//! padding, 1 for a token that the training part does not have, and from 2 on a known token. A longer sequence keeps
//! its first tokens. A batch is as wide as its longest sequence, so it depends on its items alone.

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::kind::Form;
use super::padded::{TokenBatch, TokenShape, padded};
use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TrainTargets};
use crate::tokenizer::{FIRST, UNKNOWN};
use crate::{DataError, Description, Inconsistency, Mismatch, Preprocess};

/// Token ids of all items, one sequence after another.
///
/// ```
/// use kiln_data::Tokens;
///
/// let tokens = Tokens::new(100, [vec![7, 99], vec![], vec![3]]);
/// assert_eq!((tokens.ids.len(), tokens.sequence(0)), (3, &[7, 99][..]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// The ids, each below `vocabulary`.
    pub ids: Vec<u32>,
    /// Where each item ends in `ids`, rising; the next one begins there.
    pub ends: Vec<usize>,
    /// How many tokens there can be.
    pub vocabulary: usize,
}

impl Tokens {
    /// One item for each sequence, which may be empty.
    pub fn new(vocabulary: usize, sequences: impl IntoIterator<Item = Vec<u32>>) -> Self {
        let mut tokens = Self { ids: Vec::new(), ends: Vec::new(), vocabulary };
        for sequence in sequences {
            tokens.ids.extend(sequence);
            tokens.ends.push(tokens.ids.len());
        }
        tokens
    }

    /// The ids of an item; none for an item that is not there.
    pub fn sequence(&self, row: usize) -> &[u32] {
        let start = row.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(0));
        self.ends.get(row).and_then(|&end| self.ids.get(start..end)).unwrap_or(&[])
    }
}

/// Which tokens the training part has, and how long its sequences are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEncoder {
    /// How many tokens there can be.
    vocabulary: usize,
    /// Those of the training part, rising.
    known: Vec<u32>,
    /// The length of its longest sequence, at least 1.
    longest: usize,
}

impl TokenEncoder {
    fn id(&self, token: u32) -> u32 {
        self.known.binary_search(&token).map_or(UNKNOWN, |place| FIRST + place as u32)
    }
}

pub(crate) struct TokenForm;

impl Form for TokenForm {
    const NOUN: &'static str = "token sequences";
    const FITTED: &'static str = "the vocabulary";
    const NUMERIC: bool = false;
    type Features = Tokens;
    type Encoder = TokenEncoder;
    type Shape = TokenShape;
    type Batch = Box<TokenBatch>;

    fn rows(tokens: &Tokens) -> Result<usize, Inconsistency> {
        Ok(tokens.ends.len())
    }

    fn check(Tokens { ids, ends, vocabulary }: &Tokens) -> Result<(), Inconsistency> {
        let (found, expected) = (ends.last().copied().unwrap_or(0), ids.len());
        if !ends.is_sorted() || found != expected {
            return Err(Inconsistency::SequenceEnds { ids: expected, last: found });
        }
        match ids.iter().position(|&id| id as usize >= *vocabulary) {
            None => Ok(()),
            Some(place) => {
                let row = ends.partition_point(|&end| end <= place);
                Err(Inconsistency::NoToken { row, id: ids[place], vocabulary: *vocabulary })
            }
        }
    }

    fn fingerprint(tokens: &Tokens, hash: &mut Hash) {
        hash.length(tokens.vocabulary);
        hash.length(tokens.ends.len());
        tokens.ends.iter().for_each(|&end| hash.length(end));
        hash.words(tokens.ids.len(), tokens.ids.iter().copied());
    }

    fn describe(tokens: &Tokens) -> Description {
        let lengths = (0..tokens.ends.len()).map(|row| tokens.sequence(row).len());
        let longest = lengths.max().unwrap_or(0);
        let (all, vocabulary) = (tokens.ids.len(), tokens.vocabulary);
        Description {
            summary: format!(
                "sequences of up to {longest} tokens, {all} in all, of a vocabulary of {vocabulary}"
            ),
            bytes: None,
            json: serde_json::json!({
                "tokens": { "vocabulary": vocabulary, "longest": longest, "all": all }
            }),
            table: None,
        }
    }

    fn fit(
        tokens: &Tokens,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<TokenEncoder, DataError> {
        preprocess.must_not_need_table(Self::NOUN)?;
        let sequences = || train.rows().iter().map(|&row| tokens.sequence(row));
        let mut known: Vec<u32> = sequences().flatten().copied().collect();
        known.sort_unstable();
        known.dedup();
        let longest = sequences().map(<[u32]>::len).max().unwrap_or(0).max(1);
        Ok(TokenEncoder { vocabulary: tokens.vocabulary, known, longest })
    }

    fn is_sound(encoder: &TokenEncoder) -> bool {
        encoder.longest > 0
            && encoder.known.is_sorted_by(|a, b| a < b)
            && encoder.known.last().is_none_or(|&last| (last as usize) < encoder.vocabulary)
    }

    fn shape(encoder: &TokenEncoder) -> TokenShape {
        TokenShape { vocabulary: FIRST as usize + encoder.known.len(), longest: encoder.longest }
    }

    fn batch(
        encoder: &TokenEncoder,
        tokens: &Tokens,
        rows: &[usize],
        _folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Box<TokenBatch>, DataError> {
        if encoder.vocabulary != tokens.vocabulary {
            let (expected, found) = (encoder.vocabulary, tokens.vocabulary);
            return Err(Mismatch::Vocabulary { expected, found }.into());
        }
        let sequence = |&row: &usize| {
            let ids = tokens.sequence(row);
            ids[..ids.len().min(encoder.longest)].iter().map(|&token| encoder.id(token))
        };
        Ok(padded(rows.iter().map(sequence), device))
    }

    fn dims(shape: &TokenShape) -> Vec<usize> {
        vec![shape.longest]
    }

    fn words(shape: &TokenShape) -> String {
        shape.words()
    }

    fn len(batch: &Box<TokenBatch>) -> usize {
        batch.ids.dims()[0]
    }

    fn flat(batch: Box<TokenBatch>) -> Tensor<2> {
        batch.ids.float()
    }
}
