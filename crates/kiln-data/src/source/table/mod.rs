//! One way from any tabular file to columns.
//!
//! A file is read twice: first to check every row and to see what the columns look like ([`Survey`]), then into memory that is
//! reserved once ([`fill`]). So a malformed file costs no more than a row, and what a column is can be decided by all of it.

mod assumed;
mod codes;
mod column;
mod distinct;
mod fill;
mod id_name;
mod part;
mod range;
mod rows;
mod scan;
mod sketch;
mod spill;
mod spot;
mod survey;
mod words;

pub(crate) use assumed::Assumed;
pub(crate) use column::ColumnSurvey;
pub(crate) use fill::{Fill, fill, fill_or_keep};
pub(crate) use id_name::IdName;
pub(crate) use rows::{EachRow, RowPlace, RowSource};
pub(crate) use scan::{Row, Scan, TableFile, Wrong, csv_error};
pub(crate) use spill::Keep;
pub(crate) use survey::{ReadAs, Survey};
