//! What can go wrong, one enum for each owner, and all of them in [`ExperimentError`].

mod cv;
mod experiment;
mod explain;
mod export;
mod importance;
mod interval;
mod job;
mod language;
mod locate;
mod log;
mod output;
mod path;
mod run;
mod start;
mod stream;
mod tune;
mod work;

pub use cv::CvError;
pub use experiment::ExperimentError;
pub use explain::ExplainError;
pub use export::ExportError;
pub use importance::ImportanceError;
pub use interval::IntervalError;
pub use job::JobError;
pub use language::LanguageError;
pub(crate) use locate::Locate;
pub use log::LogError;
pub use output::OutputError;
pub use path::NoPath;
pub use run::RunError;
pub use start::StartError;
pub use stream::StreamError;
pub use tune::TuneError;
pub use work::WorkError;
