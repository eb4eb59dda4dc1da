//! What keeps a configuration and its data from being trained.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What keeps a configuration and its data from being trained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The loss is for classes, the target is numbers.
    #[error("loss.kind {loss} is for two classes, but the target is a number")]
    BinaryNumbers {
        /// The loss.
        loss: &'static str,
    },
    /// The loss counts, and the target is standardised.
    #[error("loss.kind poisson-nll needs counts, but data.standardize changes them")]
    StandardizedCounts,
    /// The loss counts, and the target is transformed.
    #[error("loss.kind poisson-nll needs counts, but data.target_transform changes them")]
    TransformedCounts,
    /// The loss counts, and the target is below 0.
    #[error("loss.kind poisson-nll needs counts, but row {row} of column {column:?} is {value}")]
    NegativeCount {
        /// The row, from 1.
        row: usize,
        /// The column.
        column: String,
        /// The number in it.
        value: f64,
    },
    /// Nothing is certain where every epoch has other items.
    #[error("train.solver and train.kkt_tolerance do not augment items, but the configuration does")]
    AugmentedConvex,
    /// Views are of images.
    #[error("--tta is for images, but the data are a table")]
    ViewsOfTable,
    /// Every pass would be the same.
    #[error("--mc needs a model with dropout, but this model has none")]
    NoDropout,
    /// What is asked is for one model, and the run has several.
    #[error("{what} is for one model, and the run has {models}, whose mean it predicts")]
    OfOneModel {
        /// What was asked for: `--mc`.
        what: &'static str,
        /// How many there are.
        models: usize,
    },
    /// Images have no columns to keep.
    #[error("--keep is for tables, but the data are images")]
    KeepOfImages,
    /// Numbers have no probabilities.
    #[error("{what} is for a target of classes, and this one is not")]
    OfNumbers {
        /// What was asked for: `--proba`.
        what: &'static str,
    },
    /// A threshold lies between two classes.
    #[error("--threshold is for two classes, but the target has {classes}")]
    ThresholdOfSeveral {
        /// How many there are.
        classes: usize,
    },
    /// A part of data that are not the run's.
    #[error("--part is for the data of the run, and {} is something else", data.display())]
    PartOfOther {
        /// What is to be measured.
        data: PathBuf,
    },
    /// The part of the data that is asked for holds nothing.
    #[error("the {part} part of the data is empty")]
    EmptyPart {
        /// The part.
        part: &'static str,
    },
}

impl Explain for JobError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::EmptyPart { .. } | Self::NegativeCount { .. } => ErrorKind::Data,
            _ => ErrorKind::Usage,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::BinaryNumbers { .. }
            | Self::StandardizedCounts
            | Self::TransformedCounts
            | Self::NegativeCount { .. } => Some("loss.kind".into()),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::EmptyPart { .. } => {
                "hold items out with data.validation, data.calibration or data.test, and train again"
            }
            Self::StandardizedCounts => "set data.standardize = false",
            Self::TransformedCounts => "leave data.target_transform out",
            Self::NegativeCount { .. } => "correct the number, or take another loss, such as mse",
            Self::NoDropout => "train with model.dropout=0.2, or leave --mc out",
            Self::ViewsOfTable => "leave --tta out",
            Self::OfOneModel { .. } => "leave it out, or take the folder of a fold: RUN/folds/0",
            Self::KeepOfImages => "leave it out: the predictions carry the names of the files",
            Self::OfNumbers { .. } => {
                "leave it out; where the numbers are classes, train with data.task = \"classification\""
            }
            Self::ThresholdOfSeveral { .. } => {
                "leave it out: the most probable class is predicted; to make a class count more, train with \
                 loss.class_weights"
            }
            Self::PartOfOther { .. } => {
                "leave --part out to measure all of its items, or bring the old data back"
            }
            Self::AugmentedConvex => "leave the sections augment and mix out",
            Self::BinaryNumbers { .. } => {
                "for a column of 0 and 1 set data.task = \"classification\"; for numbers take mse"
            }
        };
        Some(help.to_owned())
    }
}
