//! Predictions for new data with a run's best weights, and how they are written.

mod predictor;
mod probabilities;
mod writer;

pub use predictor::{NewItems, Predictor};
pub use probabilities::probabilities;
pub use writer::{Columns, Format, Writer};
