//! What cells of tables mean, and what becomes of their numbers; the steps of series, the words of texts.
//!
//! Training reads cells through these functions, and so does `kiln-infer`, which predicts without a tensor: both take a text for the same
//! number, date, category or missing value.

pub mod cell;
pub mod date;
mod decimal;
mod normal;
pub mod power;
pub mod scale;
mod schema;
pub mod series;
pub mod token;

pub use cell::CellValue;
pub use date::DateForm;
pub use decimal::{decimal_of_f32, f32_step, shortest_decimal};
pub use normal::normal_quantile;
