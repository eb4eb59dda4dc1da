//! The numbers of a curve.

use kiln_train::larger_is_better;
use kiln_validate::curve::CurvePoint;
use kiln_validate::statistics::Summary;
use serde_json::{Map, Value, json};

use super::measure::Measured;
use crate::error::CliError;

/// What is on the x axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The number of training items.
    Learning,
    /// The value of a setting.
    Validation,
    /// The value of a setting that is no number.
    Choice,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Validation | Self::Choice => "validation",
        }
    }
}

/// One point, and what is said of it on the x axis.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) label: String,
    pub(super) curve: CurvePoint<Measured>,
}

/// All that there is to say of a curve.
#[derive(Debug)]
pub(super) struct Curve {
    pub(super) kind: Kind,
    pub(super) title: String,
    pub(super) x: String,
    pub(super) log_x: bool,
    /// The metric that is drawn.
    pub(super) metric: String,
    pub(super) folds: usize,
    pub(super) points: Vec<Point>,
}

impl Point {
    /// Training and test score; `None` where a fold has none.
    pub(super) fn scores(&self, metric: &str) -> Option<[Summary; 2]> {
        let of = |part: fn(&Measured) -> &kiln_report::Metrics| {
            self.curve.summary(|fold| part(fold).get(metric).unwrap_or(f64::NAN)).ok()
        };
        Some([of(|fold| &fold.train)?, of(|fold| &fold.test)?])
    }

    /// The point as JSON, with every metric that all folds have.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let names = self.curve.results.first().map(|fold| fold.test.clone()).unwrap_or_default();
        let (mut train, mut test) = (Map::new(), Map::new());
        for (name, _) in names.iter() {
            if let Some(scores) = self.scores(name) {
                train.insert(name.to_owned(), json!(scores[0]));
                test.insert(name.to_owned(), json!(scores[1]));
            }
        }
        crate::output::fields! {
            x: self.x, label: self.label, items: self.curve.train, train: train, test: test,
            folds: self.curve.results,
        }
    }
}

impl Curve {
    /// The point with the best test score; of equal ones the first.
    pub(super) fn best(&self) -> Option<&Point> {
        let sign = if larger_is_better(&self.metric) { 1.0 } else { -1.0 };
        let score = |point: &Point| point.scores(&self.metric).map(|[_, test]| sign * test.mean);
        let mut best: Option<(f64, &Point)> = None;
        for point in &self.points {
            if let Some(score) = score(point)
                && best.is_none_or(|(found, _)| score > found)
            {
                best = Some((score, point));
            }
        }
        best.map(|(_, point)| point)
    }

    /// `curve.json`.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, CliError> {
        let points: Vec<_> = self.points.iter().map(Point::fields).collect();
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let whole = json!({
            "v": 1, "kind": self.kind.name(), "x": self.x, "metric": self.metric, "points": points,
            "arguments": arguments,
        });
        let mut bytes = serde_json::to_vec_pretty(&whole).map_err(CliError::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
