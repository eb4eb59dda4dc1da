//! What of a task can have a schedule.

use kiln_optim::AnySchedule;

use crate::TrainError;

/// Something of a task that has a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shared {
    /// The probabilities of dropout.
    Dropout,
    /// The label smoothing of the loss.
    LabelSmoothing,
}

impl Shared {
    /// The name of its schedule.
    pub fn section(self) -> &'static str {
        match self {
            Self::Dropout => "dropout_schedule",
            Self::LabelSmoothing => "label_smoothing_schedule",
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Dropout => "dropout",
            Self::LabelSmoothing => "label smoothing",
        }
    }

    /// That a task has nothing of it.
    pub fn missing(self) -> TrainError {
        TrainError::NothingToShare { schedule: self.section(), what: self.words() }
    }
}

/// The schedules that a trainer has of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShareSchedules {
    pub(crate) dropout: Option<AnySchedule>,
    pub(crate) label_smoothing: Option<AnySchedule>,
}
