//! Time series: `.ts` files, tables whose rows are steps, tables whose columns are steps.
//!
//! | settings | what a row of the table is | an item |
//! |---|---|---|
//! | `data.series = "id"` | a step of the series that it names | a series, with one target |
//! | `data.wide = true` | a series | the same |
//! | `data.horizon = 12` | a step of the only series, or with `data.series` of one of several | a window, with the steps behind it |
//!
//! Steps are in the order of `data.time`, else in that of the file. With `data.horizon` the windows are split by their times, and a window whose horizon reaches behind the
//! end of the first window that is held out is in no part: nothing that a model was trained on lies behind what it is judged on.

mod archive;
mod long;
mod new;
mod problem;
mod settings;
mod steps;
mod ts;
mod wide;
mod windows;

pub(super) use archive::TsArchive;
pub(super) use new::read_new;
pub use problem::SeriesProblem;
pub(super) use settings::check;

use crate::{DataConfig, DataError, Dataset};

/// Reads the series in a table.
///
/// # Errors
/// What is wrong with the file; series that are none.
pub(super) fn load(config: &DataConfig) -> Result<Dataset, DataError> {
    if config.wide { wide::load(config) } else { long::load(config) }
}
