//! Why there are no intervals.

use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// Why a run has no intervals, or not with this level.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IntervalError {
    /// No items were held out for it.
    #[error("{} holds no items out to calibrate intervals with", run.display())]
    NoCalibration {
        /// The folder of the run.
        run: PathBuf,
    },
    /// The level is too high for so few items.
    #[error("an interval for {} of items needs {needed} items to calibrate with, and there are {items}", percent(*level))]
    TooFew {
        /// How many there are.
        items: usize,
        /// How many are needed.
        needed: usize,
        /// The level.
        level: f64,
    },
    /// Several labels an item have no interval.
    #[error("intervals are for numbers and sets for one class an item, but the target is labels")]
    OfLabels,
    /// The weights of an ensemble were chosen by the very items that would calibrate.
    #[error("an ensemble has no intervals: the items that would calibrate them have chosen its weights")]
    OfEnsemble,
    /// The folds of time test what comes later.
    #[error("the folds are in the order of time: their test items are no measure of new items")]
    FoldsOfTime,
    /// The same items were tested several times.
    #[error("the folds are cut {repeats} times: CV+ is for folds that test every item once")]
    Repeated {
        /// How often.
        repeats: usize,
    },
    /// Two runs that give no interval together.
    #[error("{} and {} make no interval: {reason}", lower.display(), upper.display())]
    NotAPair {
        /// The run of the lower quantile.
        lower: PathBuf,
        /// That of the upper one.
        upper: PathBuf,
        /// Why not.
        reason: &'static str,
    },
    /// There is no such column to make groups by.
    #[error("there is no input column {name:?} to make groups by")]
    NoColumn {
        /// What was looked for.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
}

fn percent(level: f64) -> String {
    format!("{} %", (level * 1e6).round() / 1e4)
}

impl Explain for IntervalError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooFew { .. } => ErrorKind::Data,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoCalibration { .. } => {
                "train with data.calibration=0.2, or cross-validate with --keep-models and predict with that; the validation \
                 part does not do: it chose the epoch, so errors on it are too small"
                    .to_owned()
            }
            Self::TooFew { .. } => {
                "take a lower level, hold more out with data.calibration, or take a cross-validation with --keep-models, \
                 which calibrates with all items"
                    .to_owned()
            }
            Self::OfLabels => "leave --interval out".to_owned(),
            Self::OfEnsemble => "take one of its runs: ensemble.json lists them".to_owned(),
            Self::FoldsOfTime => {
                "cross-validate without the order of time, if new items may be as old as those of training".to_owned()
            }
            Self::Repeated { .. } => "cross-validate with --repeats 1".to_owned(),
            Self::NotAPair { .. } => {
                "train both on the same data, with the same seed and data.calibration, and loss.kind=quantile".to_owned()
            }
            Self::NoColumn { nearest, .. } => nearest
                .as_ref()
                .map_or_else(|| "`kiln data info` shows the columns".to_owned(), |name| format!("did you mean {name:?}?")),
        })
    }
}
