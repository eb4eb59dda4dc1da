//! Texts, which become tokens by what the training part says.
//!
//! The tokeniser is trained on the training part, and the longest sequence is that of the training part, at most `data.longest`. What is
//! longer keeps its first tokens. All texts of the data set are cut into tokens once, when the preprocessing is fitted.

mod encoded;
mod encoder;
mod facts;
mod texts;

use burn::tensor::{Device, Tensor};
use serde_json::json;

pub(crate) use encoder::TextEncoder;
pub use facts::TextFacts;
pub use texts::Texts;

use super::kind::Form;
use super::padded::{TokenBatch, TokenShape, padded};
use crate::description::{Cell, Description, Table};
use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TrainTargets};
use crate::{DataError, Inconsistency, Preprocess};

pub(crate) struct TextForm;

impl Form for TextForm {
    const NOUN: &'static str = "texts";
    const FITTED: &'static str = "the tokeniser";
    const NUMERIC: bool = false;
    type Features = Texts;
    type Encoder = TextEncoder;
    type Shape = TokenShape;
    type Batch = Box<TokenBatch>;

    fn rows(texts: &Texts) -> Result<usize, Inconsistency> {
        Ok(texts.len())
    }

    fn fingerprint(texts: &Texts, hash: &mut Hash) {
        hash.length(texts.len());
        texts.iter().for_each(|text| hash.text(text));
    }

    fn describe(texts: &Texts) -> Description {
        let mut lengths: Vec<u64> = texts.iter().map(|text| text.chars().count() as u64).collect();
        lengths.sort_unstable();
        let at = |share: f64| {
            let place = (share * lengths.len().saturating_sub(1) as f64).round() as usize;
            lengths.get(place).copied().unwrap_or_default()
        };
        let [least, median, most, longest] = [0.0, 0.5, 0.95, 1.0].map(at);
        let empty = lengths.iter().take_while(|length| **length == 0).count() as u64;
        let mut table = Table::new(["texts"], ["empty", "shortest", "median", "95 %", "longest"]);
        let mut line = vec![Cell::Text("characters".to_owned())];
        line.extend([empty, least, median, most, longest].map(Cell::Count));
        table.rows.push(line);
        Description {
            summary: format!("texts of up to {longest} characters, half of them up to {median}"),
            bytes: Some(texts.bytes() as u64),
            json: json!({
                "texts": {
                    "empty": empty, "shortest": least, "median": median, "95 %": most, "longest": longest,
                }
            }),
            table: Some(table),
        }
    }

    fn fit(
        texts: &Texts,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<TextEncoder, DataError> {
        preprocess.must_not_need_table(Self::NOUN)?;
        let counted = train.fit_rows().counted().map(|(row, _)| row);
        Ok(TextEncoder::fit(texts, counted, &preprocess.text)?)
    }

    fn is_sound(encoder: &TextEncoder) -> bool {
        encoder.is_sound()
    }

    fn shape(encoder: &TextEncoder) -> TokenShape {
        encoder.shape()
    }

    fn batch(
        encoder: &TextEncoder,
        texts: &Texts,
        rows: &[usize],
        _folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Box<TokenBatch>, DataError> {
        let encoded = encoder.sequences(texts, rows);
        Ok(padded(encoded.iter().map(|sequence| sequence.iter().copied()), device))
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
