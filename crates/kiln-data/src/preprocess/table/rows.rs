//! New rows of a table, cell by cell.

use super::super::encoding::Encoding;
use super::super::matrix::Matrix;
use super::TableEncoder;
use crate::cell::{CellValue, Marks, Misfit, spelled};
use crate::{ColumnKind, ColumnSchema, DataError, Precision, RowError};

impl TableEncoder {
    /// `[rows, width]` of rows whose cells come in the order of the columns: what [`TableEncoder::apply`] makes of a file
    /// with these rows, where `marks` are missing values.
    pub(crate) fn of_cells<'a, R>(
        &self,
        rows: impl IntoIterator<Item = R>,
        marks: &Marks,
    ) -> Result<Vec<f32>, DataError>
    where
        R: IntoIterator<Item = CellValue<'a>>,
    {
        let width = self.encoded_width();
        let mut numbers = Vec::with_capacity(width);
        for (row, cells) in rows.into_iter().enumerate() {
            let first = numbers.len();
            numbers.resize(first + width, 0.0);
            self.write_row(row, cells.into_iter(), marks, &mut numbers[first..])?;
        }
        self.finish(Matrix { numbers, width }, |place| place)
    }

    fn write_row<'a>(
        &self,
        row: usize,
        mut cells: impl Iterator<Item = CellValue<'a>>,
        marks: &Marks,
        mut to: &mut [f64],
    ) -> Result<(), DataError> {
        let expected = self.columns.len();
        for (found, (schema, encoding)) in self.parts().enumerate() {
            let Some(cell) = cells.next() else {
                let next = Some(schema.name.clone());
                return Err(RowError::Cells { row, expected, found, next }.into());
            };
            let (features, rest) = to.split_at_mut(encoding.width(schema));
            write(encoding, schema, self.precision, row, cell, marks, features)?;
            to = rest;
        }
        match cells.count() {
            0 => Ok(()),
            more => Err(RowError::Cells { row, expected, found: expected + more, next: None }.into()),
        }
    }
}

/// Writes the features of a cell.
fn write(
    encoding: &Encoding,
    schema: &ColumnSchema,
    precision: Precision,
    row: usize,
    cell: CellValue<'_>,
    marks: &Marks,
    to: &mut [f64],
) -> Result<(), DataError> {
    let wrong = |Misfit { found, expected }| {
        DataError::from(RowError::Cell { row, column: schema.name.clone(), found, expected })
    };
    match &schema.kind {
        ColumnKind::Numeric => {
            let number = cell.number(marks).map_err(wrong)?;
            encoding.write_number(schema, row, precision.of(number), to)
        }
        ColumnKind::Dates(form) => {
            encoding.write_date(cell.days(*form, marks).map_err(wrong)?, to);
            Ok(())
        }
        ColumnKind::Categorical(known) => {
            let name = cell.category(marks).map_err(wrong)?.map(|name| spelled(known, name));
            encoding.write_category(schema, name, None, to);
            Ok(())
        }
    }
}
