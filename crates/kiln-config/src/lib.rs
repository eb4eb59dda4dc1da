//! The configuration of a run: read in layers, checked once, every value with the place it came from.
//!
//! From weak to strong: default, file or recipe, `KILN_*` environment variables, `key=value` arguments, flags.
//!
//! [`resolve`] reads and merges the layers of a [`Request`]. The [`Resolved`] configuration knows who set each value:
//! [`Resolved::place`] gives the text of a setting, and [`Resolved::place_of`] that of the setting an error is about.
//! [`Resolved::sized`] fills in what follows from the size of the data.
//!
//! ```
//! use kiln_config::{Request, resolve};
//!
//! let overrides = vec!["train.epochs=3".to_owned()];
//! let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
//! resolved.check()?;
//! assert_eq!(resolved.config.train.epochs, 3);
//! assert_eq!(resolved.set_by("train.epochs"), "argument");
//! # Ok::<(), kiln_config::ConfigError>(())
//! ```

mod argument;
mod build;
mod check;
mod data;
mod doubled;
mod environment;
mod error;
mod file;
mod follow;
mod formula;
mod model;
mod origin;
mod preset;
mod print;
pub mod recipe;
mod resolve;
mod run;
mod schema;
mod settings;
mod start;
mod words;

pub use argument::is_assignment;
pub use data::data_settings;
pub use doubled::warnings;
pub use error::ConfigError;
pub use follow::{DataSize, Followed, Open};
pub use model::{ModelSettings, WeightsLayout};
pub use origin::{Origin, Setter, Snippet, Source};
pub use preset::Preset;
pub use print::{COMMENT_COLUMN, annotated, leaves, literal};
pub use resolve::{Flags, Request, Resolved, resolve};
pub use run::RunConfig;
pub use schema::{keys_named, schema};
pub use settings::{Layer, Setting};

#[cfg(test)]
mod tests;
