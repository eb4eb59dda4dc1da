//! Losses and penalties against PyTorch, numpy and finite differences.

mod common;
mod finite_differences;
mod losses;
mod penalties;
