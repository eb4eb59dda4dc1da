//! Predictions for new data with a run's weights, and how they are written.

mod bag;
mod moments;
mod new_items;
mod of_job;
mod predictor;
mod prepared;
mod rows;
mod run;
mod unseen;
mod write;

pub use kiln_train::{Decision, Prediction, probabilities};
pub use new_items::{Bounds, NewItems};
pub use predictor::Predictor;
pub use prepared::Prepared;
pub use run::Run;
pub use write::{Bound, Carried, Columns, Format, PredictedItem, Writer};
