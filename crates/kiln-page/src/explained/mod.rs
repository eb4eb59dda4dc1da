//! Explanations as files: a table of attributions, a sheet of pictures, a page.

mod csv;
mod heat;
mod page;
mod sheet;

pub use csv::attributions_csv;
pub(crate) use heat::{grey, over, strengths};
pub use page::attributions_page;
pub use sheet::attributions_sheet;
