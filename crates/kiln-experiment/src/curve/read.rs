//! A curve that was written down: `curve.json`.

use std::path::Path;

use kiln_core::{Direction, file};
use kiln_validate::curve::CurvePoint;
use serde::Deserialize;

use super::measure::Measured;
use super::report::{CurveAxis, CurveReport, CurveValue};
use crate::error::{ExperimentError, RunError};
use crate::run::CURVE;

/// What of the file is needed to draw it again. An older kiln did not write all of it.
#[derive(Deserialize)]
struct Stored {
    kind: String,
    title: String,
    x: String,
    log_x: bool,
    choices: bool,
    metric: String,
    direction: Direction,
    folds: usize,
    points: Vec<StoredPoint>,
}

#[derive(Deserialize)]
struct StoredPoint {
    x: f64,
    label: String,
    items: Vec<usize>,
    test_items: Vec<usize>,
    /// JSON has `null` for infinity.
    loss_ends: [Option<f64>; 2],
    folds: Vec<Measured>,
}

impl CurveReport {
    /// The curve in `folder`.
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file and for one that an older kiln wrote without what is drawn, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        let path = folder.join(CURVE);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        let damaged = |reason: String| RunError::Record { path: path.clone(), reason };
        let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let axis = match (stored.kind.as_str(), stored.choices) {
            ("learning", _) => CurveAxis::Items,
            (_, false) => CurveAxis::Numbers,
            (_, true) => CurveAxis::Choices,
        };
        let is_whole = |point: &StoredPoint| {
            let folds = point.folds.len();
            folds > 0 && point.items.len() == folds && point.test_items.len() == folds
        };
        if !stored.points.iter().all(is_whole) {
            return Err(damaged("a point has not as many folds as sizes".to_owned()).into());
        }
        let Stored { title, x, log_x, metric, direction, folds, points, .. } = stored;
        let points = points.into_iter().map(StoredPoint::value).collect();
        Ok(Self { axis, title, x, log_x, metric, direction, folds, points })
    }
}

impl StoredPoint {
    fn value(self) -> CurveValue {
        let [low, high] = self.loss_ends;
        CurveValue {
            x: self.x,
            label: self.label,
            curve: CurvePoint { train: self.items, test: self.test_items, results: self.folds },
            loss_ends: [low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)],
        }
    }
}
