//! Time series: numbers step by step, of one channel or more, of different lengths.
//!
//! The training part says by what channels are scaled, unless each series is scaled by itself. In a batch what is behind the end of a series is 0.

mod batch;
mod encoder;
mod scale;
mod store;

use burn::tensor::{Device, Tensor};
use serde_json::json;

pub use batch::{SeriesBatch, SeriesShape};
pub(crate) use encoder::SeriesEncoder;
pub use store::Series;

use super::kind::Form;
use crate::description::{Cell, Description, Table};
use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TrainTargets};
use crate::{DataError, Inconsistency, Preprocess};

pub(crate) struct SeriesForm;

impl Form for SeriesForm {
    const NOUN: &'static str = "time series";
    const FITTED: &'static str = "the scales of the channels";
    const NUMERIC: bool = false;
    type Features = Series;
    type Encoder = SeriesEncoder;
    type Shape = SeriesShape;
    type Batch = Box<SeriesBatch>;

    fn rows(series: &Series) -> Result<usize, Inconsistency> {
        match series.channels() {
            [] => Err(Inconsistency::NoInputs),
            _ => Ok(series.len()),
        }
    }

    fn check(series: &Series) -> Result<(), Inconsistency> {
        let channels = series.channels().len();
        let is_whole = |span: &std::ops::Range<usize>| {
            span.start <= span.end
                && span.end <= series.values().len()
                && (span.end - span.start).is_multiple_of(channels)
        };
        match series.spans().iter().position(|span| !is_whole(span)) {
            None => Ok(()),
            Some(row) => Err(Inconsistency::SeriesLength { row, numbers: series.item(row).len(), channels }),
        }
    }

    fn fingerprint(series: &Series, hash: &mut Hash) {
        hash.texts(series.channels());
        hash.texts(series.step_names());
        hash.length(series.len());
        for span in series.spans() {
            hash.length(span.start);
            hash.length(span.end);
        }
        hash.numbers(series.values());
    }

    fn describe(series: &Series) -> Description {
        let mut lengths: Vec<u64> = series.lengths().map(|length| length as u64).collect();
        lengths.sort_unstable();
        let at = |place: usize| lengths.get(place).copied().unwrap_or_default();
        let [shortest, median, longest] = [at(0), at(lengths.len() / 2), at(lengths.len().saturating_sub(1))];
        let channels = series.channels().len() as u64;
        let missing = (0..series.len())
            .map(|row| series.item(row).iter().filter(|value| value.is_nan()).count() as u64)
            .sum::<u64>();
        let mut table = Table::new(["series"], ["channels", "missing", "shortest", "median", "longest"]);
        let mut line = vec![Cell::Text("steps".to_owned())];
        line.extend([channels, missing, shortest, median, longest].map(Cell::Count));
        table.rows.push(line);
        let shape = SeriesShape { channels: channels as usize, longest: longest as usize };
        Description {
            summary: shape.words(),
            bytes: Some(8 * series.values().len() as u64),
            json: json!({
                "series": {
                    "channels": channels, "missing": missing, "shortest": shortest, "median": median, "longest": longest,
                }
            }),
            table: Some(table),
        }
    }

    fn fit(
        series: &Series,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<SeriesEncoder, DataError> {
        preprocess.must_suit_series(Self::NOUN)?;
        let counted = train.fit_rows().counted().map(|(row, _)| row);
        SeriesEncoder::fit(series, counted, preprocess.standardize.then_some(preprocess.scale))
    }

    fn is_sound(encoder: &SeriesEncoder) -> bool {
        encoder.is_sound()
    }

    fn shape(encoder: &SeriesEncoder) -> SeriesShape {
        encoder.shape()
    }

    fn batch(
        encoder: &SeriesEncoder,
        series: &Series,
        rows: &[usize],
        _folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Box<SeriesBatch>, DataError> {
        let items = encoder.numbers(series, rows)?;
        Ok(Box::new(SeriesBatch::new(&items, encoder.shape().channels, device)))
    }

    fn dims(shape: &SeriesShape) -> Vec<usize> {
        vec![shape.channels, shape.longest]
    }

    fn words(shape: &SeriesShape) -> String {
        shape.words()
    }

    fn len(batch: &Box<SeriesBatch>) -> usize {
        batch.lengths.len()
    }

    fn flat(batch: Box<SeriesBatch>) -> Tensor<2> {
        let [items, channels, steps] = batch.values.dims();
        batch.values.reshape([items, channels * steps])
    }
}
