//! New rows that a program has in its hands, and no file.

use kiln_core::nearest;

use super::Fitted;
use crate::preprocess::TableEncoder;
use crate::{CellValue, DataError, Mismatch, RowError};

impl Fitted {
    /// The numbers of new rows on the host, row-major. The cells of a row come in the order of [`Fitted::columns`] and mean
    /// what they would mean in a file: see [`CellValue`].
    ///
    /// # Errors
    /// [`DataError::Row`] for a row with more or fewer cells than there are columns, and for a cell that its column cannot
    /// hold; [`DataError::NotFinite`] for a number that is infinite or becomes so; [`DataError::Mismatch`] when the
    /// preprocessing is not that of a table.
    pub fn row_numbers<'a, R>(&self, rows: impl IntoIterator<Item = R>) -> Result<Vec<f32>, DataError>
    where
        R: IntoIterator<Item = CellValue<'a>>,
    {
        self.table()?.of_cells(rows, &self.marks())
    }

    /// The cells of a row that come with the names of their columns, in the order of [`Fitted::columns`]. Other columns do
    /// not count. `row` is the row that an error names.
    ///
    /// # Errors
    /// [`DataError::Row`] for a column that is not there or there twice, [`DataError::Mismatch`] when the preprocessing is
    /// not that of a table.
    pub fn in_order<'a, N: AsRef<str>, C: Copy + Into<CellValue<'a>>>(
        &self,
        row: usize,
        record: &[(N, C)],
    ) -> Result<Vec<CellValue<'a>>, DataError> {
        let columns = self.table()?.columns.iter().map(|column| column.name.as_str());
        let name_at = |place: usize| record.get(place).map(|(name, _)| name.as_ref());
        let mut cells = Vec::with_capacity(record.len());
        for (index, column) in columns.enumerate() {
            let mut places = (0..record.len()).filter(|&place| name_at(place) == Some(column));
            // Most records are in order: then nothing is searched for.
            let is_in_order = name_at(index) == Some(column) && record.len() == self.width();
            let place = if is_in_order { Some(index) } else { places.next() };
            let Some(place) = place else {
                let nearest = nearest(column, record.iter().map(|(name, _)| name.as_ref()));
                return Err(RowError::NoColumn { row, column: column.to_owned(), nearest }.into());
            };
            if !is_in_order && places.next().is_some() {
                return Err(RowError::ColumnTwice { row, column: column.to_owned() }.into());
            }
            cells.push(record[place].1.into());
        }
        Ok(cells)
    }

    /// How many columns a row has.
    fn width(&self) -> usize {
        self.columns().map_or(0, <[_]>::len)
    }

    fn table(&self) -> Result<&TableEncoder, Mismatch> {
        let (expected, found) = (self.inputs.noun(), "rows of cells");
        self.inputs.as_table().ok_or(Mismatch::Inputs { expected, found })
    }
}
