//! What is written down of a path or a curve.

use kiln_core::few_digits;
use serde::{Deserialize, Serialize};

use crate::observer::{CurveProgress, Event, PathStage, PathStep};

/// Something that was done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProgressStep {
    /// In words: `λ 0.01`, `150 items`.
    pub what: String,
    /// The fold, from 0, and how many there are; `None` where all training items count.
    pub fold: Option<[usize; 2]>,
    /// Its place along the path or the curve, where that is a number.
    pub x: Option<f64>,
    /// The metric that was measured.
    pub metric: Option<String>,
    /// Its value.
    pub score: Option<f64>,
    /// Of a path the penalised numbers that are not zero.
    pub left: Option<usize>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// Why there is no score.
    pub error: Option<String>,
}

impl ProgressStep {
    /// What an event says has ended, if it says that.
    pub(super) fn of(event: &Event<'_>) -> Option<Self> {
        match event {
            Event::CurvePoint(point) => Some(of_curve(point)),
            Event::PathStage(stage) => of_path(stage),
            Event::PathFold { fold, folds } => {
                Some(Self { what: "solved".to_owned(), fold: Some([*fold, *folds]), ..Self::default() })
            }
            _ => None,
        }
    }
}

fn of_curve(point: &CurveProgress<'_>) -> ProgressStep {
    // `150 items`, `optim.lr=0.1`.
    let value = point.label.rsplit('=').next().and_then(|text| text.split_whitespace().next());
    let (score, seconds, error) = match point.result {
        Ok((score, seconds)) => (Some(score), Some(seconds), None),
        Err(error) => (None, None, Some(error.to_owned())),
    };
    ProgressStep {
        what: point.label.to_owned(),
        fold: Some([point.fold, point.folds]),
        x: value.and_then(|value| value.parse().ok()),
        metric: Some(point.metric.to_owned()),
        score,
        left: None,
        seconds,
        error,
    }
}

fn of_path(stage: &PathStage<'_>) -> Option<ProgressStep> {
    let own = ProgressStep { fold: stage.fold, ..ProgressStep::default() };
    Some(match stage.did {
        PathStep::Dense { left } => {
            ProgressStep { what: "without the penalty".to_owned(), left: Some(left), ..own }
        }
        PathStep::Searching => return None,
        PathStep::Tried { lambda, left } => {
            ProgressStep { what: format!("tried λ {}", few_digits(lambda)), left: Some(left), ..own }
        }
        PathStep::Trained { lambda, left, score } => ProgressStep {
            what: format!("λ {}", few_digits(lambda)),
            x: Some(lambda),
            metric: score.map(|(name, _)| name.to_owned()),
            score: score.map(|(_, value)| value),
            left: Some(left),
            ..own
        },
    })
}
