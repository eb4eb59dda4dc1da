#![doc = include_str!("../README.md")]

mod error;
mod file;
mod input;
mod kept;
mod model;
mod network;
mod output;
pub mod plan;

pub use error::InferError;
pub use file::{Tensor, write};
pub use kiln_cell::CellValue;
pub use model::Model;
pub use output::Prediction;
