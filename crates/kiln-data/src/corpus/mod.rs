//! One long text to learn the language of: a file, or all files of a folder.

mod alphabet;
mod chunks;
mod config;
mod error;
mod read;
mod tokens;
mod windows;
mod writer;

pub use alphabet::Alphabet;
pub use config::{Alphabetic, CorpusConfig};
pub use error::CorpusError;
pub use read::Corpus;
pub use windows::{WindowBatch, Windows};
pub use writer::Writer;
