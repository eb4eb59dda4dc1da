//! Every way in which an experiment can fail.

use std::borrow::Cow;
use std::io;

use kiln_augment::AugmentError;
use kiln_config::{ConfigError, Resolved, Snippet};
use kiln_core::device::DeviceError;
use kiln_core::{ErrorKind, Explain, NoDirection, NumberError, WeightsError};
use kiln_data::DataError;
use kiln_data::corpus::CorpusError;
use kiln_metrics::MetricError;
use kiln_models::ModelError;
use kiln_objective::ObjectiveError;
use kiln_optim::OptimError;
use kiln_ranks::RanksError;
use kiln_train::TrainError;
use kiln_validate::calibration::CalibrationError;
use kiln_validate::conformal::ConformalError;
use kiln_validate::ensemble::EnsembleError;
use kiln_validate::path::PathError;
use kiln_validate::search::{SearchError, StudyError};
use kiln_validate::split::SplitError;
use kiln_validate::statistics::StatisticsError;
use kiln_work::StoreError;

use super::cv::CvError;
use super::explain::ExplainError;
use super::export::ExportError;
use super::importance::ImportanceError;
use super::interval::IntervalError;
use super::job::JobError;
use super::language::LanguageError;
use super::log::LogError;
use super::output::OutputError;
use super::path::NoPath;
use super::run::RunError;
use super::start::StartError;
use super::stream::StreamError;
use super::tune::TuneError;
use super::work::WorkError;

/// Every way in which an experiment can fail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// Any of the others, with the place in the configuration that it is about.
    #[error("{error}")]
    Setting {
        /// What is wrong.
        error: Box<ExperimentError>,
        /// The line that says it.
        place: Snippet,
    },
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A number is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The device.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A corpus.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Augmentation.
    #[error(transparent)]
    Augment(#[from] AugmentError),
    /// The model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The optimiser or a schedule.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// The loss, a penalty or a constraint.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// The training itself.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Weights that do not fit a model.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Weights that a training cannot start from.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The folder of a run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The configuration and its data do not go together.
    #[error(transparent)]
    Job(#[from] JobError),
    /// A language model.
    #[error(transparent)]
    Language(#[from] LanguageError),
    /// A cross-validation.
    #[error(transparent)]
    Cv(#[from] CvError),
    /// Weights of an ensemble.
    #[error(transparent)]
    Ensemble(#[from] EnsembleError),
    /// A search of settings.
    #[error(transparent)]
    Tune(#[from] TuneError),
    /// What workers share.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The workers of a search or a cross-validation.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// The ranks of a training.
    #[error(transparent)]
    Ranks(#[from] RanksError),
    /// A space, a study or its journal.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A configuration that has no path.
    #[error(transparent)]
    NoPath(#[from] NoPath),
    /// A regularisation path.
    #[error(transparent)]
    RegularisationPath(#[from] PathError),
    /// A metric is to be compared, and nothing says which values are better.
    #[error(transparent)]
    NoDirection(#[from] NoDirection),
    /// Items that cannot be cut into folds so.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// Scores that allow no statistics.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// A metric that has no value.
    #[error(transparent)]
    Metric(#[from] MetricError),
    /// Probabilities that cannot be calibrated.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// What cannot be calibrated.
    #[error(transparent)]
    Conformal(#[from] ConformalError),
    /// A run without intervals.
    #[error(transparent)]
    Interval(#[from] IntervalError),
    /// A model that cannot be asked what mattered.
    #[error(transparent)]
    Importance(#[from] ImportanceError),
    /// A model that cannot be written in another format.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A prediction that cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// Metrics that cannot be sent to others.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A file that is to be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Standard input or a pipe.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The operating system gives no more threads.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many were wanted.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// The observer could not take an event.
    #[error("the observer failed: {0}")]
    Observer(io::Error),
    /// A library below kiln behaved as it never should.
    #[error("{0}")]
    Internal(String),
}

impl ExperimentError {
    /// An error with the line of the configuration that set what it is about, where the error names a setting.
    pub fn at(error: impl Into<Self>, resolved: &Resolved) -> Self {
        let error = error.into();
        match error.key().map(Cow::into_owned) {
            Some(key) => Self::at_key(error, &key, resolved),
            None => error,
        }
    }

    /// An error with the line that set `key`, whatever the error itself names.
    pub fn at_key(error: impl Into<Self>, key: &str, resolved: &Resolved) -> Self {
        let error = error.into();
        match resolved.place(key) {
            Some(place) if error.place().is_none() => Self::Setting { error: Box::new(error), place },
            _ => error,
        }
    }

    /// The part of a configuration that the error is about.
    pub fn place(&self) -> Option<&Snippet> {
        match self {
            Self::Config(error) => error.place(),
            Self::Setting { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The message with its place in front, for readers that see no excerpt.
    pub fn one_line(&self) -> String {
        match self.place() {
            Some(place) => format!("{}:{}: {self}", place.source.name, place.line()),
            None => self.to_string(),
        }
    }

    pub(crate) fn internal(error: impl ToString) -> Self {
        Self::Internal(error.to_string())
    }

    fn explained(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Setting { error, .. } => &**error,
            Self::Config(error) => error,
            Self::Number(error) => error,
            Self::Device(error) => error,
            Self::Data(error) => error,
            Self::Corpus(error) => error,
            Self::Augment(error) => error,
            Self::Model(error) => error,
            Self::Optim(error) => error,
            Self::Objective(error) => error,
            Self::Train(error) => error,
            Self::Weights(error) => error,
            Self::Start(error) => error,
            Self::Run(error) => error,
            Self::Job(error) => error,
            Self::Language(error) => error,
            Self::Cv(error) => error,
            Self::Tune(error) => error,
            Self::Store(error) => error,
            Self::Work(error) => error,
            Self::Ranks(error) => error,
            Self::Search(error) => error,
            Self::NoPath(error) => error,
            Self::RegularisationPath(error) => error,
            Self::NoDirection(error) => error,
            Self::Split(error) => error,
            Self::Statistics(error) => error,
            Self::Metric(error) => error,
            Self::Calibration(error) => error,
            Self::Conformal(error) => error,
            Self::Ensemble(error) => error,
            Self::Interval(error) => error,
            Self::Importance(error) => error,
            Self::Explain(error) => error,
            Self::Export(error) => error,
            Self::Log(error) => error,
            Self::Output(error) => error,
            Self::Stream(error) => error,
            Self::Threads { .. } | Self::Observer(_) | Self::Internal(_) => return None,
        })
    }
}

impl From<StudyError<Self>> for ExperimentError {
    fn from(error: StudyError<Self>) -> Self {
        match error {
            StudyError::Search(error) => error.into(),
            StudyError::Objective(error) => error,
            other => Self::internal(other),
        }
    }
}

impl Explain for ExperimentError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Threads { .. } | Self::Observer(_) => ErrorKind::Io,
            other => other.explained().map_or(ErrorKind::Internal, Explain::kind),
        }
    }

    fn help(&self) -> Option<String> {
        if let Self::Threads { .. } = self {
            return Some(
                "give fewer --threads, jobs or workers, or let the system allow more (ulimit -u, ulimit -v)"
                    .to_owned(),
            );
        }
        self.explained().and_then(Explain::help)
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        self.explained().and_then(Explain::key)
    }
}
