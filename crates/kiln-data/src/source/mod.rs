//! Readers: bundled sets, IDX, CSV, image folders.

pub mod csv;
pub mod idx;
pub mod images;
