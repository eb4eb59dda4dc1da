//! Every metric against scikit-learn, lifelines and definitions (`tests/golden/metrics_library.py`), and its laws.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod calibration;
mod directions;
mod errors;
mod golden;
mod labels;
mod large;
mod laws;
mod numbers;
mod rankings;
mod scores;
