//! Learning which pieces there are.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokenizers::decoders::wordpiece::WordPiece as WordPieceDecoder;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::normalizers::{BertNormalizer, Lowercase};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{
    AddedToken, NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer, Tokenizer, Trainer,
};

use super::Subwords;
use crate::tokenizer::problem::TokenizerError;

/// What WordPiece makes of a word that it cannot cut.
const UNKNOWN_PIECE: &str = "[UNK]";
/// What stands before a piece that does not begin a word.
const INNER: &str = "##";

fn failed(error: tokenizers::Error) -> TokenizerError {
    TokenizerError::Json { reason: error.to_string() }
}

impl Subwords {
    pub(in crate::tokenizer) fn bpe(
        lower: bool,
        min_count: usize,
        vocabulary: usize,
        texts: &mut dyn Iterator<Item = String>,
    ) -> Result<Self, TokenizerError> {
        let bytes = ByteLevel::new(false, true, true);
        let mut tokenizer = Tokenizer::new(BPE::default());
        tokenizer.with_normalizer(lower.then_some(Lowercase));
        tokenizer.with_pre_tokenizer(Some(bytes)).with_decoder(Some(bytes));
        let mut trainer = BpeTrainer::builder()
            .vocab_size(vocabulary)
            .min_frequency(min_count as u64)
            .show_progress(false)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
            .build();
        feed(&mut trainer, &tokenizer, texts)?;
        let mut model = BPE::default();
        trainer.train(&mut model).map_err(failed)?;
        tokenizer.with_model(model);
        Self::try_from(tokenizer.to_string(false).map_err(failed)?)
    }

    pub(in crate::tokenizer) fn word_piece(
        lower: bool,
        min_count: usize,
        vocabulary: usize,
        texts: &mut dyn Iterator<Item = String>,
    ) -> Result<Self, TokenizerError> {
        let mut tokenizer = Tokenizer::new(WordPiece::default());
        tokenizer.with_normalizer(Some(BertNormalizer::new(true, true, None, lower)));
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer)).with_decoder(Some(WordPieceDecoder::default()));
        let mut trainer = WordPieceTrainer::builder()
            .vocab_size(vocabulary)
            .min_frequency(min_count as u64)
            .show_progress(false)
            .build();
        let inner = feed(&mut trainer, &tokenizer, texts)?;
        // The package numbers characters inside of words in the order of a hash that is another one in each process, and breaks ties by these
        // numbers. With this list before them the same texts give the same pieces.
        let first = std::iter::once(UNKNOWN_PIECE.to_owned());
        let all = first.chain(inner.into_iter().map(|letter| format!("{INNER}{letter}")));
        trainer.set_special_tokens(all.map(|piece| AddedToken::from(piece, true)).collect());
        let mut model = WordPiece::default();
        Trainer::train(&trainer, &mut model).map_err(failed)?;
        tokenizer.with_model(model);
        Self::try_from(tokenizer.to_string(false).map_err(failed)?)
    }
}

/// Feeds a trainer with the words of texts, and gives the characters that come inside of words.
fn feed<T: Trainer>(
    trainer: &mut T,
    tokenizer: &Tokenizer,
    texts: &mut dyn Iterator<Item = String>,
) -> Result<BTreeSet<char>, TokenizerError> {
    let texts: Vec<String> = texts.collect();
    let found = Mutex::new((BTreeSet::new(), false));
    let words = |text: &str| -> tokenizers::Result<Vec<String>> {
        let words = words(tokenizer, text)?;
        let inner: BTreeSet<char> = words.iter().flat_map(|word| word.chars().skip(1)).collect();
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.extend(inner);
        found.1 |= !words.is_empty();
        Ok(words)
    };
    trainer.feed(texts.iter(), words).map_err(failed)?;
    let (inner, any) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if any { Ok(inner) } else { Err(TokenizerError::NoTokens) }
}

/// The words of a text, in which pieces are looked for.
fn words(tokenizer: &Tokenizer, text: &str) -> tokenizers::Result<Vec<String>> {
    let mut normalized = NormalizedString::from(text);
    if let Some(normalizer) = tokenizer.get_normalizer() {
        normalizer.normalize(&mut normalized)?;
    }
    let mut cut = PreTokenizedString::from(normalized);
    if let Some(pre_tokenizer) = tokenizer.get_pre_tokenizer() {
        pre_tokenizer.pre_tokenize(&mut cut)?;
    }
    let splits = cut.get_splits(OffsetReferential::Original, OffsetType::Byte);
    Ok(splits.into_iter().map(|(word, ..)| word.to_owned()).filter(|word| !word.is_empty()).collect())
}
