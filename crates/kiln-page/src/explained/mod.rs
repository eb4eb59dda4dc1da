//! Explanations as files: a table of attributions, and a sheet of pictures.

mod csv;
mod heat;
mod sheet;

pub use csv::attributions_csv;
pub(crate) use heat::{grey, over};
pub use sheet::attributions_sheet;
