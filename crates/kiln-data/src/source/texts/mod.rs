//! Texts: a column of a table, or a folder of files for each class.
//!
//! `data.text` names the column. The others are what they are beside images: targets, weights, groups and times, and none is an input.
//! A cell is a text as it is written, without the white space around it. An empty one is a text without a token.
//!
//! ```text
//! reviews/good/1.txt             reviews/train/good/1.txt
//! reviews/good/2.txt      or     reviews/train/bad/1.txt
//! reviews/bad/1.txt              reviews/val/good/1.txt       the fixed validation part (optional)
//!                                reviews/test/good/1.txt      the fixed test part (optional)
//! ```
//!
//! With `data.source = "texts"` every file of a class folder is a text in UTF-8, of at most 16 MiB, whatever it is called.

mod folder;
mod layout;
mod new;
mod problem;
mod read;
mod table;

pub(super) use folder::TextFolder;
pub(super) use new::{NewTexts, read_new};
pub use problem::TextProblem;
pub(super) use table::{check, load};
