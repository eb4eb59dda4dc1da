//! A fold of a cross-validation, whoever trains it: a folder, its record, its predictions.

mod folder;
mod names;
mod predictions;
mod record;
mod result;
mod run;
mod summary;

pub(crate) use folder::{Completed, Completion};
pub use names::{FOLD, fold_folder};
pub(crate) use predictions::join;
pub use predictions::{PREDICTIONS, PredictionTable};
pub use record::{Chosen, FoldRecord};
pub use result::FoldResult;
pub use run::FoldRun;
pub use summary::{MetricSummary, Summaries};
