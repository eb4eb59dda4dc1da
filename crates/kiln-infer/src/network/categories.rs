//! Columns of categories as vectors.

use kiln_kernels::cpu::Scratch;

use super::shape::wrong;
use super::step::Step;
use crate::error::InferError;
use crate::file::Tensors;

/// Vectors of the categories of some columns. The other features come first, as they are.
#[derive(Debug)]
pub(super) struct Categories {
    features: usize,
    others: Vec<usize>,
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    start: usize,
    count: usize,
    width: usize,
    /// `[categories, width]`.
    vectors: Vec<f32>,
}

impl Categories {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        features: usize,
        columns: &[[usize; 2]],
        others: &[usize],
    ) -> Result<Self, InferError> {
        let beyond = |[start, count]: &[usize; 2]| {
            *count == 0 || start.checked_add(*count).is_none_or(|end| end > features)
        };
        if others.iter().any(|&place| place >= features) || columns.iter().any(beyond) {
            return Err(wrong(layer, format!("it takes columns that {features} features do not have")));
        }
        let layer = format!("{layer}.vectors");
        let column = |(at, &[start, count]): (usize, &[usize; 2])| {
            let ([_, width], _) = tensors.get::<2>(&layer, &at.to_string())?;
            let vectors = tensors.of(&layer, &at.to_string(), [count, width])?.to_vec();
            Ok(Column { start, count, width, vectors })
        };
        let columns = columns.iter().enumerate().map(column).collect::<Result<_, InferError>>()?;
        Ok(Self { features, others: others.to_vec(), columns })
    }

    /// Features of a row afterwards.
    pub(super) fn width(&self) -> usize {
        self.columns.iter().fold(self.others.len(), |sum, column| sum.saturating_add(column.width))
    }
}

impl Step for Categories {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let width = self.width();
        let mut y = Scratch::take(n * width);
        for (x, y) in x.chunks_exact(self.features).zip(y.chunks_exact_mut(width)) {
            let (plain, mut rest) = y.split_at_mut(self.others.len());
            for (to, &place) in plain.iter_mut().zip(&self.others) {
                *to = x[place];
            }
            for column in &self.columns {
                let (y, behind) = rest.split_at_mut(column.width);
                rest = behind;
                y.fill(0.0);
                let shares = &x[column.start..column.start + column.count];
                // All but one are 0 as a rule.
                for (share, vector) in shares.iter().zip(column.vectors.chunks_exact(column.width.max(1))) {
                    if *share != 0.0 {
                        y.iter_mut().zip(vector).for_each(|(y, number)| *y += share * number);
                    }
                }
            }
        }
        y
    }
}
