//! Experiments as library calls: training of a run in a folder, cross-validation, search of settings, regularisation
//! paths and curves. Runs, cross-validations and searches can be killed at any moment and go on to the same result. A path or a
//! curve that is stopped leaves nothing, and starts anew.
//!
//! - For configurations of kiln's own networks: `train`, `cross_validate`, `tune`, `path`, `learning_curve` …, all called as
//!   `(&resolved, &settings, &observer)`.
//! - For a module and a task of one's own: [`own::cross_validate`] and [`own::search`], which take a closure.
//!
//! # Conventions of this crate
//!
//! 1. Nothing is printed. What happens goes to an [`Observer`] as [`Event`]s: plain records, never finished text.
//! 2. Settings are plain structs with documented defaults. What all of them share is in a [`Session`]: the folder of runs,
//!    the interrupt, and what may differ when a run goes on.
//! 3. Results are records with public fields. How they look on a terminal is the business of the caller.
//! 4. Failures are the enums in [`error`], one for each owner. [`ExperimentError::at`] adds the line of the configuration by
//!    the key that the error carries ([`kiln_core::Explain::key`]).
//! 5. A file uses lower modules and its own children. No child uses its parent: what both need is in a leaf beside it.
//! 6. A [`fold`] and a [`trial`] each have one mechanism, for kiln's networks and for tasks of one's own: prepare a trainer,
//!    train, make a record.
//! 7. A file that makes something done (`fold.json`, a line of `study.jsonl`) is written last and durably.
//! 8. Formats of files and layouts of folders only ever grow: folders of an older kiln still go on.

mod activity;
mod auto_device;
mod compare;
mod comparison;
pub mod conformal;
pub mod curve;
pub mod cv;
mod device_choice;
mod device_result;
mod edited;
pub mod ensemble;
pub mod error;
mod evaluate;
pub mod explain;
mod export;
pub mod fold;
mod follow;
pub mod importance;
mod interrupt;
pub mod job;
pub mod language;
mod left_out;
pub mod log;
mod loss_ends;
mod lr_find;
mod measured;
mod observer;
mod output_file;
pub mod own;
mod parquet;
pub mod path;
pub mod predict;
mod predicted;
mod progress;
pub mod ranks;
pub mod run;
mod session;
mod spaces;
mod start;
mod stored;
mod streamed;
mod train;
mod training;
pub mod trial;
pub mod tune;
mod warm_start;
pub mod work;

pub use activity::{Activity, LayerActivity, activity};
pub use auto_device::AutoDevice;
pub use compare::{CompareSettings, compare};
pub use comparison::Comparison;
pub use cv::cross_validate;
pub use device_choice::{DeviceCandidate, DeviceChoice};
pub use device_result::DeviceResult;
pub use error::ExperimentError;
pub use evaluate::{
    ClassReport, EvaluateSettings, Evaluation, Measured, Part, Said, ScoredItems, evaluate, evaluate_items,
};
pub use export::{ExportFormat, ExportSettings, Int8Export, Int8Model, OPSET, export_int8};
pub use fold::{FoldRecord, FoldResult, FoldRun, PredictionTable, Summaries};
pub use follow::{Followed, follow, follow_run};
pub use interrupt::Interrupt;
pub use loss_ends::loss_ends;
pub use lr_find::find_learning_rate;
pub use observer::{CurveProgress, Event, Longer, Observer, PathStage, PathStep, TrainingStart};
pub use output_file::OutputFile;
pub use predict::{Predictor, Run};
pub use progress::{Progress, ProgressStep, Unfinished};
pub use session::Session;
pub use spaces::collect_spaces;
pub use start::words;
pub use stored::{RunWeights, best_tensors, best_weights, last_weights, stored};
pub use streamed::Streamed;
pub use train::{dry_run, resume, resume_with, train};
pub use training::{Changes, DryRun, Trained};
pub use trial::TrialTraining;
pub use warm_start::start_of;
