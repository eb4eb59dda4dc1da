//! Tests of kiln-augment that use the public API alone.

mod common;
mod goldens;
