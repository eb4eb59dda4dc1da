//! CSV files with a header.

mod problem;
mod schema;

pub use problem::{Cell, CsvProblem};
pub use schema::{ColumnKind, ColumnSchema};
