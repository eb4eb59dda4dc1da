//! The tokens of the parts of a corpus.

use super::alphabet::Alphabet;
use super::chunks::chunks;
use super::config::Alphabetic;
use super::error::CorpusError;
use crate::{TokenizerConfig, TokenizerError};

/// Tokens of a part.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) tokens: Vec<u32>,
    /// The bytes of the text that each stands for, where that is not known from the token.
    pub(super) sizes: Vec<u32>,
    /// Where documents begin, without the first.
    pub(super) starts: Vec<usize>,
}

/// What the tokens are, and those of the three parts.
pub(super) type Cut = (Alphabet, [Part; 3]);

/// Where the training part ends, and the validation part, of so many characters or bytes.
fn shares(units: usize, [validation, test]: [f64; 2]) -> [usize; 2] {
    let for_test = (units as f64 * test).round() as usize;
    let rest = units - for_test;
    let for_validation = (rest as f64 * validation).round() as usize;
    [rest - for_validation, rest]
}

/// The ranges of the parts.
fn ranges([train, rest]: [usize; 2], len: usize) -> [std::ops::Range<usize>; 3] {
    [0..train, train..rest, rest..len]
}

/// Bytes or characters. `starts` are the bytes at which documents begin.
pub(super) fn of_units(kind: Alphabetic, all: &[u8], text: &str, starts: &[usize], of: [f64; 2]) -> Cut {
    let units: Vec<u32> = match kind {
        Alphabetic::Bytes => all.iter().map(|&byte| u32::from(byte)).collect(),
        Alphabetic::Characters => text.chars().map(u32::from).collect(),
    };
    let starts: Vec<usize> = match kind {
        Alphabetic::Bytes => starts.to_vec(),
        Alphabetic::Characters => {
            let (mut at, mut count) = (0, 0);
            let place = |&start: &usize| {
                count += text[at..start].chars().count();
                at = start;
                count
            };
            starts.iter().map(place).collect()
        }
    };
    let cut = shares(units.len(), of);
    let alphabet = Alphabet::of(kind, units[..cut[0]].iter().copied());
    let parts = ranges(cut, units.len()).map(|range| Part {
        tokens: units[range.clone()].iter().map(|&unit| alphabet.token(unit)).collect(),
        sizes: Vec::new(),
        starts: inside(&starts, &range).map(|start| start - range.start).collect(),
    });
    (alphabet, parts)
}

/// What lies in a range, without its first place.
fn inside<'a>(starts: &'a [usize], range: &std::ops::Range<usize>) -> impl Iterator<Item = usize> + use<'a> {
    let (first, end) = (range.start, range.end);
    starts.iter().copied().filter(move |start| (first + 1..end).contains(start))
}

/// Pieces of words, which are learned from the training part.
pub(super) fn of_pieces(
    config: &TokenizerConfig,
    text: &str,
    starts: &[usize],
    of: [f64; 2],
) -> Result<Cut, CorpusError> {
    let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(place, _)| place);
    let ranges = ranges(shares(text.chars().count(), of).map(byte), text.len());
    let documents = |range: std::ops::Range<usize>| {
        let mut from = range.start;
        let ends = inside(starts, &range).chain([range.end]);
        let cut = ends.map(|end| &text[std::mem::replace(&mut from, end)..end]);
        cut.collect::<Vec<_>>()
    };
    let parts = ranges.map(documents);
    let taught = parts[0].iter().flat_map(|document| chunks(document));
    let tokenizer = config.train(taught).map_err(|error| match error {
        // What it says is of a table.
        TokenizerError::NoTokens => CorpusError::NoTokens,
        error => error.into(),
    })?;
    let part = |documents: Vec<&str>| {
        let mut part = Part::default();
        let mut left = 0;
        for document in documents {
            if !part.tokens.is_empty() {
                part.starts.push(part.tokens.len());
            }
            for chunk in chunks(document) {
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
        }
        // One without a token.
        part.starts.dedup();
        part.starts.retain(|start| *start < part.tokens.len());
        part
    };
    let parts = parts.map(part);
    Ok((Alphabet::of_pieces(tokenizer), parts))
}
