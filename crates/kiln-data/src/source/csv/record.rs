//! One row of a CSV file.

/// The cells of a row and where it lies in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(super) cells: &'a [u8],
    pub(super) ends: &'a [usize],
    /// The line where it begins.
    pub(crate) line: usize,
    /// The line where it ends.
    pub(crate) last_line: usize,
    /// Rows above it: 0 for the header, 1 for the first row below.
    pub(crate) row: usize,
}

impl<'a> Record<'a> {
    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a cell without the white space around it; `None` when it is not UTF-8.
    pub(crate) fn text(&self, column: usize) -> Option<&'a str> {
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        std::str::from_utf8(&self.cells[start..self.ends[column]]).ok().map(str::trim)
    }
}
