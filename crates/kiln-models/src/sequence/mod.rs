//! What models of token sequences are made of: rows of tokens without padding, and the blocks of a transformer over them.

mod block;
mod decode;
mod recompute;
mod rows;
mod stack;
mod style;

pub use decode::Decoder;
pub(crate) use rows::{PaddedRows, TokenRows};
pub(crate) use stack::Stack;
pub(crate) use style::StackStyle;
pub use style::{FeedForward, Positions, TokenNorm};
