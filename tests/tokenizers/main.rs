//! Pieces of words, which need the feature `tokenizers`: beside Python's package, and as users of the program meet them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

#[path = "../common/mod.rs"]
mod common;
mod corpus;
mod golden;
mod texts;
