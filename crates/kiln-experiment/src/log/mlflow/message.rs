//! What is said of a run and of its epochs, as MLflow takes it.

use std::time::{SystemTime, UNIX_EPOCH};

use kiln_core::{EpochRecord, Metrics};
use serde_json::{Value, json};

use crate::run::{RunRecord, Status};

/// The longest value of a parameter that MLflow keeps.
const LONGEST: usize = 6000;

/// A number of a run at a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    key: String,
    value: f64,
    /// Milliseconds since 1970.
    at: u64,
    pub(super) step: u64,
    /// Whether it is of an epoch before this process, which the server may have.
    pub(super) earlier: bool,
}

impl Point {
    /// The same, of an epoch before this process.
    pub(super) fn of_before(self) -> Self {
        Self { earlier: true, ..self }
    }

    pub(super) fn json(&self) -> Value {
        // JSON has no such numbers; protobuf's JSON, which MLflow reads, writes them as texts.
        let value = if self.value.is_nan() {
            json!("NaN")
        } else if self.value.is_infinite() {
            json!(if self.value > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            json!(self.value)
        };
        json!({ "key": self.key, "value": value, "timestamp": self.at, "step": self.step })
    }
}

/// The numbers of an epoch, under the names of the columns of `metrics.csv`.
pub(super) fn of_epoch(epoch: &EpochRecord, at: u64) -> Vec<Point> {
    let mut points = of_metrics("train", &epoch.train, epoch.step, at);
    if let Some(validation) = &epoch.validation {
        points.extend(of_metrics("validation", validation, epoch.step, at));
    }
    let others = [("epoch", epoch.epoch as f64), ("lr", epoch.lr), ("seconds", epoch.seconds)];
    points.extend(others.map(|(key, value)| Point {
        key: key.to_owned(),
        value,
        at,
        step: epoch.step,
        earlier: false,
    }));
    points
}

/// Metrics of a part of the data.
pub(super) fn of_metrics(part: &str, metrics: &Metrics, step: u64, at: u64) -> Vec<Point> {
    let point = |(name, value): (&str, f64)| Point {
        key: key(&format!("{part}_{name}")),
        value,
        at,
        step,
        earlier: false,
    };
    metrics.iter().map(point).collect()
}

/// A name as MLflow takes it: letters, digits, and `_-. /`.
fn key(name: &str) -> String {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || "_-. /".contains(c);
    name.chars().map(|c| if is_taken(c) { c } else { '_' }).take(250).collect()
}

/// Settings as parameters.
pub(super) fn params(settings: &[(String, String)]) -> Vec<Value> {
    settings.iter().map(|(name, value)| json!({ "key": key(name), "value": shortened(value) })).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

/// What is known of a run when it begins.
pub(super) fn tags(record: &RunRecord, folder: &str) -> Vec<Value> {
    let mut tags = vec![
        ("mlflow.source.name", "kiln".to_owned()),
        ("mlflow.source.type", "LOCAL".to_owned()),
        ("kiln.version", record.kiln.clone()),
        ("kiln.folder", folder.to_owned()),
        ("kiln.device", record.device.clone()),
    ];
    if let Some(data) = &record.data {
        tags.push(("kiln.data", data.name.clone()));
        tags.push(("kiln.data.fingerprint", data.fingerprint.to_string()));
    }
    tags.into_iter().map(|(key, value)| json!({ "key": key, "value": shortened(&value) })).collect()
}

/// What MLflow calls the state of a run.
pub(super) fn status(record: &RunRecord) -> &'static str {
    match record.status {
        Status::Done => "FINISHED",
        Status::Failed => "FAILED",
        Status::Stopped => "KILLED",
        _ => "RUNNING",
    }
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_does_not_have_are_texts() {
        let point = |value| {
            Point { key: "train_loss".to_owned(), value, at: 5, step: 3, earlier: false }.json()["value"]
                .clone()
        };
        assert_eq!(point(0.1), json!(0.1));
        assert_eq!(point(f64::NAN), json!("NaN"));
        assert_eq!(point(f64::INFINITY), json!("Infinity"));
        assert_eq!(point(f64::NEG_INFINITY), json!("-Infinity"));
    }

    #[test]
    fn names_are_such_as_it_takes() {
        let epoch = EpochRecord {
            epoch: 2,
            step: 40,
            lr: 0.5,
            train: Metrics::from_iter([("loss", 1.0)]),
            validation: Some(Metrics::from_iter([("recall@ü:1", 0.5)])),
            seconds: 2.0,
            ..EpochRecord::default()
        };
        let points = of_epoch(&epoch, 7);
        let keys: Vec<&str> = points.iter().map(|point| point.key.as_str()).collect();
        assert_eq!(keys, ["train_loss", "validation_recall___1", "epoch", "lr", "seconds"]);
        assert!(points.iter().all(|point| point.step == 40 && point.at == 7));
        let long = params(&[("a".to_owned(), "ü".repeat(7000))]);
        assert_eq!(long[0]["value"].as_str().unwrap().chars().count(), LONGEST);
    }
}
