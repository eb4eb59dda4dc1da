//! Rows of cells to rows of features.

use kiln_cell::CellValue;
use kiln_cell::cell::{Marks, are_truths};

use super::cell::{Place, encode};
use super::check::{self, width_of};
use crate::error::InferError;
use crate::kept;
use crate::plan::{Column, Encoding, Missing, Table};

/// Encodes rows of a table.
#[derive(Debug)]
pub(crate) struct RowEncoder {
    table: Table,
    marks: Marks,
    /// For each column whether its categories are a yes and a no, in which case does not count.
    truths: Vec<bool>,
    /// Features of the columns, one beside the other.
    encoded: usize,
    width: usize,
}

impl RowEncoder {
    /// # Errors
    /// [`InferError::Plan`] for a table that no fit makes.
    pub(crate) fn new(table: Table) -> Result<Self, InferError> {
        let encoded = check::table(&table)?;
        let selected = table.select.as_ref().map_or(encoded, Vec::len);
        let width = table.components.as_ref().map_or(selected, |components| components.axes.len());
        let marks = match &table.missing {
            Missing::Usual => Marks::Usual,
            Missing::First => Marks::First,
            Missing::Own(texts) => Marks::new(Some(texts)),
        };
        let truth = |column: &Column| match &column.encoding {
            Encoding::Category { names, .. } => are_truths(names),
            _ => false,
        };
        let truths = table.columns.iter().map(truth).collect();
        Ok(Self { table, marks, truths, encoded, width })
    }

    /// Numbers in a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.table.columns
    }

    /// Writes the numbers of a row whose cells come in the order of the columns. `row` is what an error calls it.
    ///
    /// # Errors
    /// [`InferError`] for a row that is not what the columns hold.
    pub(crate) fn write<'a>(
        &self,
        row: usize,
        cells: impl Iterator<Item = CellValue<'a>>,
        to: &mut [f32],
    ) -> Result<(), InferError> {
        kept::numbers(self.encoded, |numbers| {
            self.encode(row, cells, numbers)?;
            self.finish(row, numbers, to)
        })
    }

    fn encode<'a>(
        &self,
        row: usize,
        mut cells: impl Iterator<Item = CellValue<'a>>,
        mut to: &mut [f64],
    ) -> Result<(), InferError> {
        let Self { table, marks, .. } = self;
        let expected = table.columns.len();
        for (found, (column, &is_truth)) in table.columns.iter().zip(&self.truths).enumerate() {
            let Some(cell) = cells.next() else {
                return Err(InferError::Cells { row, expected, found, next: Some(column.name.clone()) });
            };
            let (features, rest) = to.split_at_mut(width_of(&column.encoding));
            let place = Place { row, column: &column.name };
            encode(&column.encoding, is_truth, cell, place, marks, table.single, features)?;
            to = rest;
        }
        match cells.count() {
            0 => Ok(()),
            more => Err(InferError::Cells { row, expected, found: expected + more, next: None }),
        }
    }

    /// What selection and components make of encoded features.
    fn finish(&self, row: usize, encoded: &mut [f64], to: &mut [f32]) -> Result<(), InferError> {
        // Places rise, so that nothing is overwritten before it is read.
        let features = match &self.table.select {
            Some(select) => {
                for (place, &from) in select.iter().enumerate() {
                    encoded[place] = encoded[from];
                }
                &mut encoded[..select.len()]
            }
            None => encoded,
        };
        if let Some(components) = &self.table.components {
            for (x, mean) in features.iter_mut().zip(&components.mean) {
                *x -= mean;
            }
            for (component, (to, axis)) in to.iter_mut().zip(&components.axes).enumerate() {
                let along: f64 = axis.iter().zip(features.iter()).map(|(a, x)| a * x).sum();
                let deviation = components.deviations.as_ref().map_or(1.0, |all| all[component]);
                *to = (along / deviation) as f32;
            }
        } else {
            for (to, x) in to.iter_mut().zip(features.iter()) {
                *to = *x as f32;
            }
        }
        match to.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(feature) => Err(InferError::NotFinite { row, column: format!("feature {feature}") }),
        }
    }

    /// The cells of a record in the order of the columns. Other columns do not count.
    ///
    /// # Errors
    /// [`InferError::NoColumn`], [`InferError::ColumnTwice`].
    pub(crate) fn in_order<'a, N: AsRef<str>, C: Copy + Into<CellValue<'a>>>(
        &self,
        row: usize,
        record: &[(N, C)],
    ) -> Result<Vec<CellValue<'a>>, InferError> {
        let columns = &self.table.columns;
        let is_at =
            |place: usize, name: &str| record.get(place).is_some_and(|(found, _)| found.as_ref() == name);
        let mut cells = Vec::with_capacity(columns.len());
        for (index, Column { name, .. }) in columns.iter().enumerate() {
            // Most records are in order: then nothing is searched for.
            let is_in_order = record.len() == columns.len() && is_at(index, name);
            let mut places = (0..record.len()).filter(|&place| is_at(place, name));
            let place = if is_in_order { Some(index) } else { places.next() };
            let Some(place) = place else {
                return Err(InferError::NoColumn { row, column: name.clone() });
            };
            if !is_in_order && places.next().is_some() {
                return Err(InferError::ColumnTwice { row, column: name.clone() });
            }
            cells.push(record[place].1.into());
        }
        Ok(cells)
    }
}
