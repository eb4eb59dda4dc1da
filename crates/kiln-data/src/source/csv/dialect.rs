//! How a CSV file is written, beside its encoding.

/// What the rows of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    /// Cells of a row, with those at its end that have no name; 0 while that is not known.
    pub(crate) width: usize,
    /// Cells at the end of a row that have no name. They are empty, and may be left out.
    pub(crate) trailing: usize,
    /// Whether the first cells of rows are numbers.
    pub(crate) begins_with_numbers: bool,
}

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// A comma, semicolon, tab or bar, or what Excel's line `sep=` names.
    Byte(u8),
    /// Spaces and tabs, one or more.
    Spaces,
}

impl Dialect {
    /// While nothing is known but the delimiter: every line that begins with `#` is a comment.
    pub(crate) fn of(delimiter: Delimiter) -> Self {
        Self { delimiter, width: 0, trailing: 0, begins_with_numbers: false }
    }

    /// Whether so many cells are a row.
    pub(crate) fn is_whole(&self, cells: usize) -> bool {
        cells == self.width || (self.trailing > 0 && cells + self.trailing == self.width)
    }
}

impl Delimiter {
    /// Whether a byte is white space that does not count at the ends of a cell.
    pub(crate) fn is_blank(self, byte: u8) -> bool {
        byte == b' ' || byte == b'\r' || (byte == b'\t' && self != Self::Byte(b'\t'))
    }

    /// In words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Byte(b',') => "commas".to_owned(),
            Self::Byte(b';') => "semicolons".to_owned(),
            Self::Byte(b'\t') => "tabs".to_owned(),
            Self::Byte(b'|') => "bars".to_owned(),
            Self::Byte(byte) => format!("{:?}", char::from(byte)),
            Self::Spaces => "spaces".to_owned(),
        }
    }
}
