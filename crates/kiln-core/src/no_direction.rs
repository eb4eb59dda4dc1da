//! The error where two values of a metric are to be compared, and nothing says which is better.

use crate::{ErrorKind, Explain};

/// A metric is to be compared, and nothing says which of two values is better.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing says whether small or large values of the metric {name:?} are better")]
#[non_exhaustive]
pub struct NoDirection {
    /// The metric.
    pub name: String,
    /// The metrics beside it whose direction is known.
    pub known: Vec<String>,
}

impl NoDirection {
    /// For the metric `name` among metrics of which `known` have a direction.
    pub fn new(name: impl Into<String>, known: Vec<String>) -> Self {
        Self { name: name.into(), known }
    }
}

impl Explain for NoDirection {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        let Self { name, known } = self;
        let others = match known.as_slice() {
            [] => String::new(),
            known => format!(", or take one whose direction is known: {}", known.join(", ")),
        };
        Some(format!(
            "say it where the metric is made, with Metric::minimise({name:?}) or Metric::maximise({name:?}){others}"
        ))
    }
}
