//! The training loop: steps, early stopping, checkpoints, exact resume.
//!
//! The loop is in `run/`: build, restore, epoch after epoch, close. What a step does is in `step.rs`.

mod accumulate;
mod after_epoch;
mod backward;
mod batch_norm;
mod batch_seed;
mod callback;
mod change;
pub mod checkpoint;
pub mod compare;
mod config;
mod convex;
mod data;
mod decision;
mod error;
mod evaluate;
mod first_batch;
mod first_weights;
mod fit;
mod freeze;
mod freeze_config;
mod freezes;
mod history;
mod log;
mod losses;
mod lr_finder;
mod monitor;
mod nan_guard;
mod observed;
mod optim_settings;
mod optimizer;
mod outcome;
mod part_error;
mod part_optimizer;
mod plan;
mod prediction;
#[cfg(feature = "wgpu")]
mod profile;
mod progress;
mod resume_error;
mod run;
mod schedules;
mod schema;
mod scores;
mod settings;
mod several;
mod side_by_side;
mod sparsity;
mod statistics;
mod step;
mod supervised;
mod task;
mod task_state;
mod trainer;

pub use after_epoch::{AfterEpoch, after_epoch};
pub use callback::{Callback, EpochView, StepView};
pub use change::Change;
pub use config::{CheckpointConfig, EarlyStoppingConfig, SolverConfig, TrainConfig};
pub use convex::{ConvexModel, KktRule, NotConvex, Solved};
pub use data::Data;
pub use decision::{Decision, probabilities};
pub use error::TrainError;
pub use evaluate::evaluate;
pub use freeze::Freeze;
pub use freeze_config::FreezeConfig;
pub use history::History;
pub use kiln_core::{EpochRecord, Metrics};
pub use log::read_history;
pub use lr_finder::{LrCurve, LrFinderConfig, LrPoint};
pub use monitor::monitored;
pub use observed::BatchMetrics;
pub use outcome::{Outcome, Stop};
pub use part_error::PartError;
pub use part_optimizer::PartOptimizer;
pub use prediction::Prediction;
pub use resume_error::ResumeError;
pub use schedules::{PlannedStep, Preview};
pub use scores::{
    ClassificationScores, ConfusionMatrix, Kept, LabelScores, MetricValue, RegressionScores, Scores, WholeSet,
};
pub use sparsity::{Sparsity, sparsity};
pub use supervised::{Forward, Observed, Supervised};
pub use task::Task;
pub use task_state::TaskState;
pub use trainer::Trainer;
