//! Small aligned text tables.

use std::fmt;
use std::io::IsTerminal;

use unicode_width::UnicodeWidthStr;

use crate::visible::printable;

/// One column: its title and the side on which its cells line up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    title: String,
    right: bool,
}

impl Column {
    /// A column of text, lined up on the left.
    pub fn left(title: impl Into<String>) -> Self {
        Self { title: printable(&title.into()).into_owned(), right: false }
    }

    /// A column of numbers, lined up on the right.
    pub fn right(title: impl Into<String>) -> Self {
        Self { title: printable(&title.into()).into_owned(), right: true }
    }
}

/// A text table: two spaces between columns, no lines, no spaces at the ends of rows.
///
/// ```
/// use kiln_report::{Column, Table};
///
/// let mut table = Table::new([Column::left("name"), Column::right("items")]);
/// table.row(["digits", "1,797"]).row(["iris", "150"]);
/// assert_eq!(table.to_string(), "name    items\ndigits  1,797\niris      150\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows. The row of titles is left out when all of them are empty.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row. Cells that are not given are empty; more cells than columns make new columns without a title.
    pub fn row<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) -> &mut Self {
        let cells: Vec<String> = cells.into_iter().map(|cell| printable(&cell.into()).into_owned()).collect();
        while self.columns.len() < cells.len() {
            self.columns.push(Column::left(""));
        }
        self.rows.push(cells);
        self
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text with a line break after every row; with `colour` the titles are bold.
    pub fn render(&self, colour: bool) -> String {
        let widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let mut text = String::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let titles: Vec<&str> = self.columns.iter().map(|column| column.title.as_str()).collect();
            let line = self.line(&titles, &widths);
            text += &if colour { format!("\u{1b}[1m{line}\u{1b}[0m") } else { line };
            text.push('\n');
        }
        for row in &self.rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            text += &self.line(&cells, &widths);
            text.push('\n');
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.width()).chain([self.columns[column].title.width()]).max().unwrap_or(0)
    }

    fn line(&self, cells: &[&str], widths: &[usize]) -> String {
        let mut line = String::new();
        for (place, (column, width)) in self.columns.iter().zip(widths).enumerate() {
            let cell = cells.get(place).copied().unwrap_or("");
            let pad = " ".repeat(width - cell.width());
            if place > 0 {
                line += "  ";
            }
            if column.right {
                line += &pad;
                line += cell;
            } else {
                line += cell;
                line += &pad;
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// Whether to colour what goes to `stream`: it is a terminal that understands colour, and `NO_COLOR` is not set.
pub fn colour(stream: &impl IsTerminal) -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no_color && stream.is_terminal() && !dumb_terminal()
}

/// Whether the terminal can only print one character after another.
pub(crate) fn dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// `text` cut to at most `width` columns of a terminal, with `…` where something is missing.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if short.width() >= width {
            // This character's place is the ellipsis's.
            short.pop();
            break;
        }
    }
    short.truncate(short.trim_end().len());
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_left_and_numbers_are_right() {
        let mut table = Table::new([Column::left("device"), Column::right("step ms"), Column::left("note")]);
        table.row(["flex", "4.6", "default"]).row(["ndarray", "2300", ""]).row(["wgpu"]);
        let expected = "\
device   step ms  note
flex         4.6  default
ndarray     2300
wgpu
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn width_is_counted_in_columns_of_the_terminal() {
        let mut table = Table::new([Column::left("class"), Column::right("n")]);
        table.row(["日本", "1"]).row(["naïve", "22"]);
        assert_eq!(table.to_string(), "class   n\n日本    1\nnaïve  22\n");
    }

    #[test]
    fn titles_can_be_left_out_and_columns_can_be_added() {
        let mut table = Table::new([Column::left(""), Column::left("")]);
        table.row(["best epoch", "7"]).row(["time", "1.2 s", "*"]);
        assert_eq!(table.to_string(), "best epoch  7\ntime        1.2 s  *\n");
        assert!(Table::new([]).is_empty());
        assert_eq!(Table::new([]).to_string(), "");
    }

    #[test]
    fn only_titles_are_coloured_and_cells_cannot_send_commands() {
        let mut table = Table::new([Column::left("a")]);
        table.row(["\u{1b}[31mred\n"]);
        assert_eq!(table.render(true), "\u{1b}[1ma\u{1b}[0m\n\\u{1b}[31mred\\n\n");
    }

    #[test]
    fn what_is_no_terminal_gets_no_colour() {
        assert!(!colour(&std::fs::File::open("Cargo.toml").unwrap()));
    }

    #[test]
    fn shortening_keeps_within_the_width() {
        assert_eq!(shorten("Trouser", 7), "Trouser");
        assert_eq!(shorten("Ankle boot", 7), "Ankle…");
        assert_eq!(shorten("T-shirt/top", 6), "T-shi…");
        assert_eq!(shorten("日本語", 4), "日…");
        for width in 1..12 {
            assert!(shorten("日本 Ankle boot", width).width() <= width, "{width}");
        }
    }
}
