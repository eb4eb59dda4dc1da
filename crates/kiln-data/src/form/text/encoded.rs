//! The tokens of a data set, kept so that no batch makes them again.

use rayon::prelude::*;

use super::texts::Texts;
use crate::Tokenizer;

/// The tokens of texts.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Those that they are of.
    texts: Texts,
    ids: Vec<u32>,
    /// Where those of each text begin, and where the last one ends.
    starts: Vec<usize>,
}

impl Encoded {
    /// All tokens of all texts.
    pub(super) fn of(texts: &Texts, tokenizer: &Tokenizer) -> Self {
        let sequences: Vec<Vec<u32>> =
            (0..texts.len()).into_par_iter().map(|row| tokenizer.encode(texts.text(row))).collect();
        let (mut ids, mut starts) = (Vec::new(), vec![0]);
        for sequence in sequences {
            ids.extend_from_slice(&sequence);
            starts.push(ids.len());
        }
        Self { texts: texts.clone(), ids, starts }
    }

    /// Whether these are the tokens of those texts.
    pub(super) fn are_of(&self, texts: &Texts) -> bool {
        self.texts.is_same(texts)
    }

    /// The tokens of a text; none of one that is not there.
    pub(super) fn sequence(&self, row: usize) -> &[u32] {
        let ends = self.starts.get(row).zip(self.starts.get(row + 1));
        ends.and_then(|(&start, &end)| self.ids.get(start..end)).unwrap_or_default()
    }
}
