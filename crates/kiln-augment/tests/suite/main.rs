//! Tests of kiln-augment that use the public API alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod common;
mod composition;
mod distributions;
mod goldens;
mod kept_larger;
mod mixing;
mod policies;
mod registry;
mod series;
mod source;
mod texts;
mod tokens;
mod transforms;
mod views;
