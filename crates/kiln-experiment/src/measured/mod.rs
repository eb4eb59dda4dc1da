//! What a model, or the mean of several, says of items, and how good that is.

mod evaluation;
mod items;
mod mean;
mod measure;
mod part;
mod scored;
mod whole;

pub use evaluation::{ClassReport, Evaluation, Measured};
pub(crate) use items::places;
pub use items::{Said, ScoredItems};
pub(crate) use mean::of_rows;
pub use part::Part;
pub(crate) use scored::{Classified, scored};
pub(crate) use whole::Whole;
