//! What can be wrong with an optimiser's settings or its saved state.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why an optimiser or a schedule could not be built or restored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptimError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Two settings contradict each other.
    #[error(
        "optim.nesterov needs a momentum above 0 and no dampening, here momentum is {momentum} and dampening {dampening}"
    )]
    Nesterov {
        /// `optim.momentum`.
        momentum: f64,
        /// `optim.dampening`.
        dampening: f64,
    },
    /// A group has no parameter.
    #[error(
        "optim.group[{index}] matches no trainable parameter that an earlier group does not have: {params}"
    )]
    Group {
        /// Which group, from 0.
        index: usize,
        /// Its `params`, in words.
        params: String,
        /// The paths of the trainable parameters.
        known: Vec<String>,
    },
    /// Lookahead around an optimiser that averages the weights itself.
    #[error("optim.lookahead cannot be wrapped around {optimiser}, which averages the weights itself")]
    Lookahead {
        /// The kind of the optimiser.
        optimiser: &'static str,
    },
    /// The milestones of a multi-step schedule, or the starts of a sequence, do not rise.
    #[error("{key} must rise, {value} comes after {before}")]
    Milestones {
        /// Which list: `schedule.milestones`, `schedule.parts[1].starts`.
        key: String,
        /// The milestone that is not greater than the one before it.
        value: f64,
        /// The one before it.
        before: f64,
    },
    /// A sequence of schedules needs one start fewer than parts, and at least one part.
    #[error("{key} has {starts} starts for {parts} schedules; the first one starts at 0 by itself")]
    Parts {
        /// Which starts: `schedule.starts`, `schedule.parts[1].starts`.
        key: String,
        /// Number of schedules.
        parts: usize,
        /// Number of starts.
        starts: usize,
    },
    /// A kind of schedule that only the whole section `[schedule]` can have stands elsewhere.
    #[error("{key} cannot be of this kind: {reason}")]
    Part {
        /// Which schedule: `schedule.parts[1]`, `momentum_schedule`.
        key: String,
        /// Why not.
        reason: &'static str,
    },
    /// The optimiser has no such setting to schedule.
    #[error("{schedule} has nothing to move: this optimiser has no {setting}")]
    NothingToSchedule {
        /// `momentum_schedule`, `weight_decay_schedule` or `schedule.cycle_momentum`.
        schedule: &'static str,
        /// `momentum` or `weight_decay`.
        setting: &'static str,
    },
    /// An average of weights that the optimiser averages itself.
    #[error("average has nothing to add: this optimiser averages the weights itself")]
    AveragesTwice,
    /// A proximal step after an optimiser whose updates have no length.
    #[error("{penalty} cannot be proximal: the updates of {optimiser} are not a multiple of the gradient")]
    NotProximal {
        /// Which penalty: `penalty.0`.
        penalty: String,
        /// The kind of the optimiser.
        optimiser: &'static str,
    },
    /// A saved state lacks an entry.
    #[error("the saved optimiser state holds no {name:?}")]
    StateMissing {
        /// Name of the entry, `<slot>/<parameter path>`.
        name: String,
    },
    /// A saved state holds entries that neither the model nor the optimiser knows.
    #[error("the saved optimiser state holds {names:?}, which this optimiser has no place for")]
    StateUnknown {
        /// Names of the entries.
        names: Vec<String>,
    },
    /// A saved entry has another length than its parameter.
    #[error("{name:?} of the saved optimiser state has shape {found:?}, the model needs [{expected}]")]
    StateShape {
        /// Name of the entry.
        name: String,
        /// Shape in the saved state.
        found: Vec<usize>,
        /// Number of elements of the parameter.
        expected: usize,
    },
    /// A saved entry has a data type that cannot be right.
    #[error("{name:?} of the saved optimiser state has the data type {found}, expected {expected}")]
    StateType {
        /// Name of the entry.
        name: String,
        /// Data type in the saved state.
        found: String,
        /// Data type that is needed.
        expected: &'static str,
    },
}

impl Explain for OptimError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(_)
            | Self::Nesterov { .. }
            | Self::Group { .. }
            | Self::Lookahead { .. }
            | Self::Milestones { .. }
            | Self::Parts { .. }
            | Self::Part { .. }
            | Self::NothingToSchedule { .. }
            | Self::NotProximal { .. }
            | Self::AveragesTwice => ErrorKind::Usage,
            _ => ErrorKind::Checkpoint,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Number(_) => None,
            Self::Nesterov { .. } => Some("set optim.momentum = 0.9 and optim.dampening = 0".to_owned()),
            Self::Group { known, .. } => Some(format!("the parameters are {}", known.join(", "))),
            Self::Lookahead { .. } => Some("leave out optim.lookahead or take another optimiser".to_owned()),
            Self::Milestones { key, .. } => {
                let name = key.rsplit('.').next().unwrap_or(key);
                Some(format!("sort the {name} and drop the ones that repeat"))
            }
            Self::Parts { .. } => {
                Some("give parts = [a, b, c] with starts = [epochs of b, epochs of c]".to_owned())
            }
            Self::Part { .. } => Some("only [schedule] as a whole can be".to_owned()),
            Self::NotProximal { .. } => {
                Some("leave proximal out, or choose another optimiser, such as sgd or adamw".to_owned())
            }
            Self::AveragesTwice => Some("leave [average] out, or choose another optimiser".to_owned()),
            Self::NothingToSchedule { setting: "momentum", .. } => {
                Some("set optim.momentum or optim.betas, which the schedule moves shares of".to_owned())
            }
            Self::NothingToSchedule { .. } => {
                Some("set optim.weight_decay, which the schedule moves shares of".to_owned())
            }
            _ => Some("resume with the model and the optimiser that the state was saved with".to_owned()),
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::Nesterov { .. } => Some("optim.nesterov".into()),
            Self::Group { index, .. } => Some(format!("optim.group[{index}].params").into()),
            Self::Lookahead { .. } => Some("optim.lookahead".into()),
            Self::Milestones { key, .. } | Self::Parts { key, .. } => Some(key.into()),
            Self::Part { key, .. } => Some(format!("{key}.kind").into()),
            Self::NothingToSchedule { schedule, .. } => Some((*schedule).into()),
            Self::AveragesTwice => Some("average.kind".into()),
            Self::NotProximal { penalty, .. } => Some(format!("{penalty}.proximal").into()),
            _ => None,
        }
    }
}
