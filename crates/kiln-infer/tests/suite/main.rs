//! Networks against PyTorch, rows and images, and files that are damaged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod damaged;
mod golden;
mod models;
mod rows;
