//! One long text to learn the language of: a file, or all files of a folder.

mod alphabet;
mod config;
mod error;
mod read;
mod windows;

pub use alphabet::Alphabet;
pub use config::{Alphabetic, CorpusConfig};
pub use error::CorpusError;
pub use read::Corpus;
pub use windows::{WindowBatch, Windows};
