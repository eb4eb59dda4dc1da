//! What every kiln crate stands on: seeds, checked numbers, devices by name, error kinds, parameters by
//! path, files that survive a crash, and the records of metrics and epochs.
//!
//! Nothing here knows about data, models or training.

mod bounds;
pub mod check;
pub mod device;
mod did_you_mean;
mod digits;
mod direction;
mod error;
mod exit_code;
pub mod file;
pub mod kinds;
mod known_metrics;
pub mod memory;
mod metric;
mod metrics;
mod metrics_json;
mod no_direction;
pub mod params;
mod record;
mod schema;
mod seed;
mod selection;
mod weights;

pub use bounds::bounds_of;
pub use check::{NumberError, Range};
pub use device::DeviceName;
pub use did_you_mean::nearest;
pub use digits::few_digits;
pub use direction::Direction;
pub use error::Explain;
pub use exit_code::ErrorKind;
pub use metric::Metric;
pub use metrics::Metrics;
pub use no_direction::NoDirection;
pub use params::{ParamInfo, ParamKind};
pub use record::{CertificateRecord, EpochRecord};
pub use seed::{Purpose, Seed};
pub use selection::{ParamPattern, ParamSelection, PatternError};
// Passed on, so that every page of this documentation leads to one of the same.
#[doc(inline)]
pub use kiln_cell::{decimal_of_f32, f32_step, normal_quantile, shortest_decimal};
pub use weights::{
    FileWeights, Fresh, Layout, Loaded, Mismatch, NameRule, Start, Unlike, Weights, WeightsError,
};
