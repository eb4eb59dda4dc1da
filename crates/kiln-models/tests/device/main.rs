//! Models on the device under test: against PyTorch, and what holds for all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod adamw;
mod checks;
mod columns;
mod dropout_kinds;
mod explained_tokens;
mod golden;
mod layer_errors;
mod layer_numbers;
mod layers;
mod layers_golden;
mod lora;
mod models;
mod noise;
mod observe;
mod packing;
mod published;
mod registry;
mod sequences;
mod series;
mod tabular;
mod texts;
