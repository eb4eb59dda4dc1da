//! Both directions: a `Learner` with kiln's parts, and models for Burn in kiln.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod burn_model;
mod in_kiln;
mod learner;
mod onnx;
mod parts;
mod without;
