//! Predictions in a file.

mod json;
mod layout;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

pub use layout::{Bound, Carried, Columns, PredictedItem};

use crate::parquet::{Cell, ParquetWriter};

/// How predictions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A header and one line for each item.
    Csv,
    /// One object for each item.
    JsonLines,
    /// The same as an event, as `--json` has it.
    Events,
    /// A table of columns with types.
    Parquet,
}

impl Format {
    /// The format that a file name asks for: `.csv`, `.jsonl` or `.ndjson`, `.parquet`.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Some(Self::Csv),
            Some("jsonl" | "ndjson") => Some(Self::JsonLines),
            Some("parquet") => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Writes predictions, one item at a time.
///
/// A table (CSV, Parquet) has the columns `row`, with images `file`, and those that are kept. Then for classes `prediction`
/// and with probabilities `p_<class>` for each; with spread `sd`, that of the predicted class, or `sd_<class>` for each. For
/// numbers the names of the target columns, with spread `sd_<name>` for each. With bounds `set` follows, the names of the classes in it with
/// `|` between them, or `lower_<name>` and `upper_<name>` for each number.
#[derive(Debug)]
pub struct Writer<'a, W: Write> {
    columns: Columns<'a>,
    carried: Carried,
    sink: Sink<W>,
}

#[derive(Debug)]
enum Sink<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines { out: W, events: bool },
    Parquet(Box<ParquetWriter<W>>),
}

impl<'a, W: Write> Writer<'a, W> {
    /// Writes the header, where there is one.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new(out: W, format: Format, columns: Columns<'a>, carried: Carried) -> io::Result<Self> {
        let fields = columns.fields(&carried);
        let sink = match format {
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(fields.iter().map(|field| &field.name))?;
                Sink::Csv(Box::new(csv))
            }
            Format::JsonLines => Sink::JsonLines { out, events: false },
            Format::Events => Sink::JsonLines { out, events: true },
            Format::Parquet => Sink::Parquet(Box::new(ParquetWriter::new(out, "predictions", fields)?)),
        };
        Ok(Self { columns, carried, sink })
    }

    /// Writes one item. Its standard deviations are looked at only where the columns have a spread.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn item(&mut self, item: &PredictedItem<'_>) -> io::Result<()> {
        let Self { columns, carried, sink } = self;
        match sink {
            Sink::Csv(csv) => {
                for cell in columns.cells(carried, item) {
                    match cell {
                        Cell::Whole(number) => csv.write_field(number.to_string())?,
                        Cell::Text(text) => csv.write_field(&*text)?,
                        Cell::Number(number) => csv.write_field(number.to_string())?,
                    }
                }
                csv.write_record(None::<&[u8]>)?;
                Ok(())
            }
            Sink::JsonLines { out, events } => {
                writeln!(out, "{}", json::object(columns, carried, item, *events))
            }
            Sink::Parquet(parquet) => parquet.row(&columns.cells(carried, item)),
        }
    }

    /// Hands everything on, and gives back what it was written to.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn finish(self) -> io::Result<W> {
        match self.sink {
            Sink::Csv(csv) => csv.into_inner().map_err(|error| error.into_error()),
            Sink::JsonLines { mut out, .. } => out.flush().map(|()| out),
            Sink::Parquet(parquet) => parquet.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
