//! `kiln serve` and `kiln watch`: the program, and clients over loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod client;
#[path = "../common/mod.rs"]
mod common;
#[path = "../suite/docs/compare.rs"]
mod compare;
mod guide;
mod hostile;
mod images;
mod limits;
mod malformed;
#[path = "../suite/docs/markdown.rs"]
mod markdown;
mod metrics;
mod predictions;
mod sequences;
mod server;
mod start;
mod stop;
mod watch;
