//! Files of events for TensorBoard.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use kiln_core::{EpochRecord, Metrics};
use kiln_train::{Callback, EpochView, History, Stop, TrainError};
use prost::Message;

use super::tfrecord;

/// Writes the metrics of each epoch for TensorBoard, into a file `events.out.tfevents.…` of a folder. A run that goes on adds another
/// file, as TensorBoard expects. The step is that of the optimiser; the tags are `loss/train`, `loss/validation` and so on for each
/// metric, and `learning_rate`.
///
/// ```
/// use kiln_experiment::log::TensorBoard;
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// // trainer.callback(TensorBoard::new(folder.path()))
/// let board = TensorBoard::new(folder.path());
/// # let _ = board;
/// ```
///
/// ```text
/// tensorboard --logdir runs
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    file: Option<(PathBuf, File)>,
}

impl TensorBoard {
    /// Writes into `folder`, which is made when the training begins.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), file: None }
    }

    fn open(&mut self) -> Result<(), TrainError> {
        let now = seconds();
        let name = format!(
            "events.out.tfevents.{:.0}.kiln.{}.{}",
            now,
            std::process::id(),
            (now.fract() * 1e6) as u32
        );
        let path = self.folder.join(name);
        let io = |action, path: &Path| {
            let path = path.to_owned();
            move |source| TrainError::Io { action, path, source }
        };
        std::fs::create_dir_all(&self.folder).map_err(io("create", &self.folder))?;
        let mut file = File::create_new(&path).map_err(io("create", &path))?;
        tfrecord::write(&mut file, &first(now)).map_err(io("write", &path))?;
        self.file = Some((path, file));
        Ok(())
    }

    fn write(&mut self, record: &EpochRecord) -> Result<(), TrainError> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let written = tfrecord::write(file, &epoch(seconds(), record));
        written.map_err(|source| TrainError::Io { action: "write", path: path.clone(), source })
    }
}

impl Callback for TensorBoard {
    fn on_fit_start(&mut self, _: &History) -> Result<(), TrainError> {
        self.open()
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.write(view.record).map(ControlFlow::Continue)
    }
}

/// The event that a file begins with.
fn first(wall_time: f64) -> Vec<u8> {
    let file_version = Some("brain.Event:2".to_owned());
    Event { wall_time, file_version, ..Event::default() }.encode_to_vec()
}

/// The event of an epoch.
fn epoch(wall_time: f64, record: &EpochRecord) -> Vec<u8> {
    let summary = Some(Summary { value: values(record) });
    Event { wall_time, step: record.step as i64, summary, ..Event::default() }.encode_to_vec()
}

/// What an epoch says, tag by tag.
fn values(record: &EpochRecord) -> Vec<SummaryValue> {
    let value = |tag: String, value: f64| SummaryValue { tag, simple_value: Some(value as f32) };
    let of = |metrics: &Metrics, part: &str| {
        metrics.iter().map(|(name, number)| value(format!("{name}/{part}"), number)).collect::<Vec<_>>()
    };
    let mut values = of(&record.train, "train");
    values.extend(record.validation.iter().flat_map(|metrics| of(metrics, "validation")));
    values.push(value("learning_rate".to_owned(), record.lr));
    values.push(value("epoch".to_owned(), record.epoch as f64));
    values
}

fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// `tensorflow/core/util/event.proto`, what of it is written here.
#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

/// `tensorflow/core/framework/summary.proto`.
#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct SummaryValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn records() -> [EpochRecord; 2] {
        let record = |epoch: u64, loss: f64, accuracy: f64| EpochRecord {
            seq: epoch - 1,
            epoch,
            step: 20 * epoch,
            lr: 0.1 / epoch as f64,
            train: Metrics::from_iter([("loss", loss)]),
            validation: Some(Metrics::from_iter([("loss", loss + 0.125), ("accuracy", accuracy)])),
            ..EpochRecord::default()
        };
        [record(1, 0.75, 0.5), record(2, 0.25, 0.875)]
    }

    /// `tests/golden/tensorboard_events.py` reads the file with TensorBoard, and writes what it finds.
    #[test]
    fn tensorboard_reads_what_is_written() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/tensorboard");
        let mut file = Vec::new();
        tfrecord::write(&mut file, &first(1.0)).unwrap();
        for record in records() {
            tfrecord::write(&mut file, &epoch(1.0 + record.epoch as f64, &record)).unwrap();
        }
        let path = folder.join("events.out.tfevents.1.kiln");
        if std::env::var("KILN_GOLDEN").is_ok_and(|what| what == "overwrite") {
            std::fs::write(&path, &file).unwrap();
        }
        assert_eq!(std::fs::read(path).unwrap(), file);
        let read: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("read.json")).unwrap()).unwrap();
        let value = |tag: &str, index: usize| {
            (read[tag][index][0].as_i64(), read[tag][index][1].as_f64().map(|value| value as f32))
        };
        assert_eq!(read.as_object().unwrap().len(), 5);
        for (index, record) in records().iter().enumerate() {
            let validation = record.validation.as_ref().unwrap();
            let wanted = |value: f64| (Some(record.step as i64), Some(value as f32));
            assert_eq!(value("loss/train", index), wanted(record.train.get("loss").unwrap()));
            assert_eq!(value("loss/validation", index), wanted(validation.get("loss").unwrap()));
            assert_eq!(value("accuracy/validation", index), wanted(validation.get("accuracy").unwrap()));
            assert_eq!(value("learning_rate", index), wanted(record.lr));
            assert_eq!(value("epoch", index), wanted(record.epoch as f64));
        }
    }
}
