//! Why a model cannot be asked what mattered.

use kiln_core::{ErrorKind, Explain};

/// Why a model cannot be asked what mattered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportanceError {
    /// There are no columns.
    #[error("columns matter in tables, and the data are something else")]
    NoTable,
    /// Labels have no one metric.
    #[error("the importance of columns is for classes and numbers, but the target is labels")]
    OfLabels,
    /// There is no such column.
    #[error("there is no input column {name:?}")]
    NoColumn {
        /// What was looked for.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A column is in two groups.
    #[error("the column {column:?} is in two groups")]
    Twice {
        /// The column.
        column: String,
    },
    /// A group without columns, or without a name.
    #[error("{text:?} is no group of columns")]
    Group {
        /// What was written.
        text: String,
    },
    /// There is no such metric.
    #[error("importance has no metric {name:?}")]
    NoMetric {
        /// What was asked for.
        name: String,
    },
    /// The metric is for another kind of target.
    #[error("the metric {metric} is not for a target of {}", if *classes { "classes" } else { "numbers" })]
    Metric {
        /// The metric.
        metric: &'static str,
        /// Whether the target is classes.
        classes: bool,
    },
}

impl Explain for ImportanceError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoTable => {
                "of images, `kiln explain` shows which pixels a prediction depends on".to_owned()
            }
            Self::OfLabels => "train with one label as a target of classes".to_owned(),
            Self::NoColumn { nearest: Some(name), .. } => format!("did you mean {name:?}?"),
            Self::NoColumn { .. } => "`kiln data info` shows the columns".to_owned(),
            Self::Twice { .. } => "leave it out of one of them".to_owned(),
            Self::Group { .. } => "write NAME=COLUMN,COLUMN".to_owned(),
            Self::NoMetric { .. } => {
                "take log_loss or accuracy for classes, r2, mse or mae for numbers".to_owned()
            }
            Self::Metric { classes: true, .. } => "take log_loss or accuracy".to_owned(),
            Self::Metric { .. } => "take r2, mse or mae".to_owned(),
        })
    }
}
