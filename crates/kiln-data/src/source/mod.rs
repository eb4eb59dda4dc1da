//! Readers: bundled sets, IDX, CSV, image folders.
