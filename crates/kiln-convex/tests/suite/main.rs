//! Solutions against scikit-learn and PyTorch, and what a certificate promises.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod certificate;
mod scikit_learn;
