//! The numbers of a curve.

use std::path::PathBuf;
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_core::{Direction, Metrics, bounds_of};
use kiln_validate::curve::CurvePoint;
use kiln_validate::statistics::Summary;
use serde_json::{Map, Value, json};

use super::measure::Measured;
use crate::error::ExperimentError;
use crate::progress::Unfinished;
use crate::run::{CURVE, RunFolder, slug};
use crate::session::Session;

/// What is on the x axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CurveAxis {
    /// The number of training items.
    Items,
    /// The value of a setting, a number.
    Numbers,
    /// The value of a setting that is no number.
    Choices,
}

impl CurveAxis {
    /// What the curve is called: `learning` or `validation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Items => "learning",
            Self::Numbers | Self::Choices => "validation",
        }
    }
}

/// One point of a curve.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CurveValue {
    /// Its place on the x axis.
    pub x: f64,
    /// What is said of it on the x axis.
    pub label: String,
    /// What each fold gave.
    pub curve: CurvePoint<Measured>,
    /// The least and the greatest loss that there can be.
    pub loss_ends: [f64; 2],
}

/// Everything about a curve.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CurveReport {
    /// What is on the x axis.
    pub axis: CurveAxis,
    /// What the curve is called.
    pub title: String,
    /// What the x axis is called: the setting, or `training items`.
    pub x: String,
    /// Whether the x axis is logarithmic.
    pub log_x: bool,
    /// The metric that is drawn.
    pub metric: String,
    /// In which direction the metric gets better.
    pub direction: Direction,
    /// How many folds judge each point.
    pub folds: usize,
    /// The points, from left to right.
    pub points: Vec<CurveValue>,
}

impl CurveValue {
    /// Training and test score, with their intervals. `None` where a fold has none.
    pub fn scores(&self, metric: &str) -> Option<[Summary; 2]> {
        let ends = if metric == "loss" { self.loss_ends } else { bounds_of(metric) };
        let of = |part: fn(&Measured) -> &Metrics| {
            let summary = self.curve.summary(|fold| part(fold).get(metric).unwrap_or(f64::NAN)).ok();
            summary.map(|summary| summary.within(ends))
        };
        Some([of(|fold| &fold.train)?, of(|fold| &fold.test)?])
    }

    /// The point as JSON, with every metric that all folds have.
    pub fn fields(&self) -> Map<String, Value> {
        let names = self.curve.results.first().map(|fold| fold.test.clone()).unwrap_or_default();
        let (mut train, mut test) = (Map::new(), Map::new());
        for (name, _) in names.iter() {
            if let Some(scores) = self.scores(name) {
                train.insert(name.to_owned(), json!(scores[0]));
                test.insert(name.to_owned(), json!(scores[1]));
            }
        }
        let mut fields = Map::new();
        for (name, value) in [
            ("x", json!(self.x)),
            ("label", json!(self.label)),
            ("items", json!(self.curve.train)),
            ("test_items", json!(self.curve.test)),
            ("loss_ends", json!(self.loss_ends)),
            ("train", Value::Object(train)),
            ("test", Value::Object(test)),
            ("folds", json!(self.curve.results)),
        ] {
            fields.insert(name.to_owned(), value);
        }
        fields
    }
}

impl CurveReport {
    /// The point with the best test score; of equal ones the first.
    pub fn best(&self) -> Option<&CurveValue> {
        let loss =
            |point: &CurveValue| point.scores(&self.metric).map(|[_, test]| self.direction.loss(test.mean));
        let mut best: Option<(f64, &CurveValue)> = None;
        for point in &self.points {
            if let Some(loss) = loss(point)
                && best.is_none_or(|(found, _)| loss < found)
            {
                best = Some((loss, point));
            }
        }
        best.map(|(_, point)| point)
    }

    /// Makes a folder below [`Session::runs_dir`] with `curve.json`, `config.toml` and the files of the caller, such as a
    /// picture.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn save(
        &self,
        resolved: &Resolved,
        session: &Session,
        files: &[(&str, &[u8])],
    ) -> Result<PathBuf, ExperimentError> {
        let slug = slug(&format!("{}-{}-curve", resolved.label, self.axis.name()));
        let (config, json) = (annotated(resolved), self.to_json(&session.arguments)?);
        let mut all: Vec<(&str, &[u8])> = vec![("config.toml", config.as_bytes()), (CURVE, json.as_slice())];
        all.extend_from_slice(files);
        let made = RunFolder::create_with(&session.runs_dir, &slug, SystemTime::now(), &all)?;
        Ok(made.path().to_owned())
    }

    /// Puts `curve.json` and the files of the caller into the folder that was made for it.
    ///
    /// # Errors
    /// A file that cannot be written; then the folder goes.
    pub fn save_as(
        &self,
        folder: Unfinished,
        session: &Session,
        files: &[(&str, &[u8])],
    ) -> Result<PathBuf, ExperimentError> {
        let json = self.to_json(&session.arguments)?;
        let mut all = files.to_vec();
        all.push((CURVE, json.as_slice()));
        folder.end(&all)
    }

    /// `curve.json`.
    fn to_json(&self, arguments: &[String]) -> Result<Vec<u8>, ExperimentError> {
        let points: Vec<_> = self.points.iter().map(CurveValue::fields).collect();
        let whole = json!({
            "v": 1, "kind": self.axis.name(), "title": self.title, "x": self.x, "log_x": self.log_x,
            "choices": self.axis == CurveAxis::Choices, "metric": self.metric, "direction": self.direction,
            "folds": self.folds, "points": points, "arguments": arguments,
        });
        let mut bytes = serde_json::to_vec_pretty(&whole).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_loss_ends_where_the_loss_does() {
        let fold = |loss| {
            let test = Metrics::from_iter([("loss", loss)]);
            Measured { train: test.clone(), test, seconds: 0.0, error: None }
        };
        let results = vec![fold(0.01), fold(0.2), fold(0.01)];
        let curve = CurvePoint { train: vec![100; 3], test: vec![50; 3], results };
        let at = |loss_ends| CurveValue { x: 1.0, label: String::new(), curve: curve.clone(), loss_ends };
        let low = |ends| at(ends).scores("loss").unwrap()[1].interval[0];
        assert!(low([f64::NEG_INFINITY, f64::INFINITY]) < 0.0);
        assert_eq!(low([0.0, f64::INFINITY]), 0.0);
    }
}
