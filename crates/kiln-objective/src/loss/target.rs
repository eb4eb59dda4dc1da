//! What a data set asks a model to predict.

use std::fmt;

/// What the data set asks a model to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetKind {
    /// One of this many classes.
    Classes(usize),
    /// Any of this many labels.
    Labels(usize),
    /// This many numbers.
    Values(usize),
}

impl TargetKind {
    /// The number of classes; `None` for labels and numbers.
    pub fn classes(self) -> Option<usize> {
        match self {
            Self::Classes(classes) => Some(classes),
            Self::Labels(_) | Self::Values(_) => None,
        }
    }

    /// How many numbers; `None` for classes and labels.
    pub fn values(self) -> Option<usize> {
        match self {
            Self::Values(values) => Some(values),
            Self::Classes(_) | Self::Labels(_) => None,
        }
    }

    /// Whether one logit can say it: two classes, or one number.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Classes(2) | Self::Values(1))
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classes(classes) => write!(f, "one of {classes} classes"),
            Self::Labels(labels) => write!(f, "any of {labels} labels"),
            Self::Values(1) => write!(f, "a number"),
            Self::Values(values) => write!(f, "{values} numbers"),
        }
    }
}
