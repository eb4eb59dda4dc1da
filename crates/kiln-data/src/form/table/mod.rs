//! Tables: named columns of one length become rows of numbers.

mod column;
mod describe;
mod gather;
mod stored;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::device::counts::sent;

pub use column::{Column, MISSING, Values};
pub(crate) use gather::gathered;
pub use stored::StoredColumn;
pub(crate) use stored::{CellBlock, ColumnStore, StoredCells};

use super::kind::Form;
use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TableEncoder, TrainTargets};
use crate::{DataError, Description, Inconsistency, Preprocess};

pub(crate) struct TableForm;

impl Form for TableForm {
    const NOUN: &'static str = "a table";
    const FITTED: &'static str = "the columns";
    const NUMERIC: bool = true;
    type Features = Vec<Column>;
    type Encoder = TableEncoder;
    type Shape = usize;
    type Batch = Tensor<2>;

    fn rows(columns: &Vec<Column>) -> Result<usize, Inconsistency> {
        let expected = columns.first().ok_or(Inconsistency::NoInputs)?.values.len();
        match columns.iter().find(|column| column.values.len() != expected) {
            None => Ok(expected),
            Some(column) => Err(Inconsistency::ColumnLength {
                column: column.name.clone(),
                expected,
                found: column.values.len(),
            }),
        }
    }

    fn fingerprint(columns: &Vec<Column>, hash: &mut Hash) {
        hash.length(columns.len());
        for column in columns {
            hash.text(&column.name);
            // A disk that fails has another fingerprint than any data.
            let Ok(values) = column.values.loaded() else {
                hash.text("unreadable");
                continue;
            };
            match &*values {
                Values::Stored(_) => {}
                Values::Numeric(values) => {
                    hash.text("n");
                    hash.numbers(values);
                }
                Values::Categorical { codes, names } => {
                    hash.text("c");
                    hash.texts(names);
                    hash.words(codes.len(), codes.iter().copied());
                }
                Values::Dates { days, .. } => {
                    hash.text("d");
                    let bits =
                        days.iter().map(|day| if day.is_nan() { f64::NAN.to_bits() } else { day.to_bits() });
                    hash.words(2 * days.len(), bits.flat_map(|bits| [bits as u32, (bits >> 32) as u32]));
                }
            }
        }
    }

    fn describe(columns: &Vec<Column>) -> Description {
        describe::columns(columns)
    }

    fn fit(
        columns: &Vec<Column>,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<TableEncoder, DataError> {
        preprocess.must_not_scale_series(Self::NOUN)?;
        TableEncoder::fit(columns, train, preprocess)
    }

    fn is_sound(encoder: &TableEncoder) -> bool {
        encoder.is_sound()
    }

    fn shape(encoder: &TableEncoder) -> usize {
        encoder.width()
    }

    fn batch(
        encoder: &TableEncoder,
        columns: &Vec<Column>,
        rows: &[usize],
        folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Tensor<2>, DataError> {
        Ok(tensor(encoder.width(), encoder.apply(columns, rows, folds)?, device))
    }

    fn numbers(
        encoder: &TableEncoder,
        columns: &Vec<Column>,
        rows: &[usize],
        folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        encoder.apply(columns, rows, folds)
    }

    fn folds(encoder: &TableEncoder, train: &TrainTargets<'_>) -> Result<Option<InnerFolds>, DataError> {
        encoder.folds(train)
    }

    fn dims(features: &usize) -> Vec<usize> {
        vec![*features]
    }

    fn words(features: &usize) -> String {
        format!("a table with {features} features")
    }

    fn of_numbers(features: &usize, numbers: Vec<f32>, device: &Device) -> Option<Tensor<2>> {
        Some(tensor(*features, numbers, device))
    }

    fn len(rows: &Tensor<2>) -> usize {
        rows.dims()[0]
    }

    fn flat(rows: Tensor<2>) -> Tensor<2> {
        rows
    }

    fn unflat(_: &Tensor<2>, rows: Tensor<2>) -> Option<Tensor<2>> {
        Some(rows)
    }
}

fn tensor(width: usize, numbers: Vec<f32>, device: &Device) -> Tensor<2> {
    let items = numbers.len() / width.max(1);
    Tensor::from_data(sent(TensorData::new(numbers, [items, width])), device)
}
