//! Everything that can be wrong with data.
