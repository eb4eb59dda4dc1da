//! Tables, progress and JSON lines from plain records; never touches a tensor.
//!
//! - [`event`]: what `--json` prints, one object a line.
//! - `Progress`, with the feature `progress`: what a person sees while a model trains.
//! - [`Table`], [`confusion()`]: text tables.
//! - [`Chart`]: curves in a terminal, and as SVG.
//! - [`Parallel`]: many settings beside each other, a line for each trial, as SVG.
//! - [`Panels`]: many panels of curves with the same axes, as SVG.
//! - `Sheet`, with the feature `pictures`: small pictures with labels, as PNG.
//! - [`boxplot`]: the spread of a few numbers on one line.
//! - [`visible`]: control characters in names written out, before they reach a terminal.
//! - [`human`]: durations, sizes and numbers as words.

pub mod boxplot;
mod chart;
mod confusion;
#[cfg(feature = "progress")]
mod epoch;
pub mod event;
pub mod human;
mod mode;
#[cfg(feature = "progress")]
mod pace;
mod profile;
#[cfg(feature = "progress")]
mod progress;
#[cfg(feature = "progress")]
mod run_plan;
#[cfg(feature = "pictures")]
mod sheet;
#[cfg(feature = "progress")]
mod sink;
pub mod table;
pub mod visible;
mod writer;

pub use chart::{Bars, Chart, Coordinate, Panel, Panels, Parallel, Runs, Series, ticks_around};
pub use confusion::confusion;
pub use event::Event;
pub use kiln_core::{EpochRecord, Metrics};
pub use mode::{Mode, UnknownMode};
#[cfg(feature = "progress")]
pub use pace::Pace;
pub use profile::profile;
#[cfg(feature = "progress")]
pub use progress::Progress;
#[cfg(feature = "progress")]
pub use run_plan::RunPlan;
#[cfg(feature = "pictures")]
pub use sheet::{Picture, Sheet};
pub use table::{Column, Table};
pub use writer::EventWriter;
