//! A row for each epoch.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kiln_core::EpochRecord;
use kiln_train::{Callback, EpochView, History, Stop, TrainError};

/// Writes the metrics of each epoch into `metrics.csv` of a folder: `epoch`, `step`, `lr`, `seconds`, and for each metric
/// `train_…` and `validation_…`. A run that goes on writes the file anew, with the epochs that it keeps.
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    file: Option<csv::Writer<File>>,
    /// The metrics that have a column, of training and validation.
    columns: Option<[Vec<String>; 2]>,
}

impl CsvLog {
    /// Writes into `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("metrics.csv"), file: None, columns: None }
    }

    fn row(&mut self, record: &EpochRecord) -> Result<(), TrainError> {
        let path = self.path.clone();
        let failed =
            |error: csv::Error| TrainError::Io { action: "write", path: path.clone(), source: error.into() };
        let Some(file) = &mut self.file else { return Ok(()) };
        let [train, validation] = self.columns.get_or_insert_with(|| {
            [
                record.train.iter().map(|(name, _)| name.to_owned()).collect(),
                record
                    .validation
                    .iter()
                    .flat_map(|metrics| metrics.iter())
                    .map(|(name, _)| name.to_owned())
                    .collect(),
            ]
        });
        if record.seq == 0 {
            let first = ["epoch", "step", "lr", "seconds"].map(str::to_owned).into_iter();
            let of = |part: &'static str, names: &[String]| {
                names.iter().map(|name| format!("{part}_{name}")).collect::<Vec<_>>()
            };
            let header = first.chain(of("train", train)).chain(of("validation", validation));
            file.write_record(header).map_err(&failed)?;
        }
        let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let first = [
            record.epoch.to_string(),
            record.step.to_string(),
            record.lr.to_string(),
            record.seconds.to_string(),
        ];
        let train = train.iter().map(|name| text(record.train.get(name)));
        let validation = validation
            .iter()
            .map(|name| text(record.validation.as_ref().and_then(|metrics| metrics.get(name))));
        file.write_record(first.into_iter().chain(train).chain(validation)).map_err(&failed)?;
        file.flush().map_err(|error| failed(error.into()))
    }
}

impl Callback for CsvLog {
    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        let file = File::create(&self.path);
        let file =
            file.map_err(|source| TrainError::Io { action: "create", path: self.path.clone(), source })?;
        self.file = Some(csv::Writer::from_writer(file));
        history.epochs.iter().try_for_each(|record| self.row(record))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.row(view.record).map(ControlFlow::Continue)
    }
}
