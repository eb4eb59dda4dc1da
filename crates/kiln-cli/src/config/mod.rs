//! The configuration of a run: read in layers, checked once, every value with the place it came from.
//!
//! From weak to strong: default, file or recipe, `KILN_*` environment variables, `key=value` arguments, flags.

mod argument;
mod build;
mod doubled;
mod environment;
mod error;
mod file;
mod formula;
mod origin;
mod print;
mod resolve;
mod run;
mod schema;
mod settings;
mod update;

pub use run::RunConfig;

pub(crate) use argument::is_assignment;
pub(crate) use doubled::warnings as doubled;
pub(crate) use error::ConfigError;
pub(crate) use file::text_of;
pub(crate) use origin::Snippet;
pub(crate) use print::{COMMENT_COLUMN, annotated, leaves, literal};
pub(crate) use resolve::{Flags, Request, Resolved, resolve};
pub(crate) use settings::Setting;

#[cfg(test)]
mod tests;
