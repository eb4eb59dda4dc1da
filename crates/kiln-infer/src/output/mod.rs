//! From raw outputs to what is predicted.

mod average;
mod decode;
mod prediction;

pub(crate) use decode::Decoder;
pub use prediction::Prediction;
