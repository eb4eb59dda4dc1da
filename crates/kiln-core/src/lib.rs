//! What every kiln crate stands on: seeds, checked numbers, devices by name, error kinds, parameters by
//! path, files that survive a crash, and the records of metrics and epochs.
//!
//! Nothing here knows about data, models or training.

pub mod check;
pub mod device;
mod did_you_mean;
mod digits;
mod error;
mod exit_code;
pub mod file;
pub mod kinds;
pub mod memory;
mod metrics;
pub mod params;
mod record;
mod seed;
mod selection;
mod weights;

pub use check::{NumberError, Range};
pub use did_you_mean::nearest;
pub use digits::few_digits;
pub use error::Explain;
pub use exit_code::ErrorKind;
pub use metrics::{Metrics, larger_is_better};
pub use params::{ParamInfo, ParamKind};
pub use record::{CertificateRecord, EpochRecord};
pub use seed::{Purpose, Seed};
pub use selection::{ParamPattern, ParamSelection, PatternError};
pub use weights::{Weights, WeightsError};
