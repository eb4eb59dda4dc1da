//! A row for each epoch.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kiln_core::EpochRecord;
use kiln_train::{Callback, EpochView, History, Stop, TrainError};

use super::row::Columns;

/// Writes the metrics of each epoch into `metrics.csv` of a folder: `epoch`, `step`, `lr`, `seconds`, and for each metric
/// `train_…` and `validation_…`. A run that goes on writes the file anew, with the epochs that it keeps.
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    file: Option<csv::Writer<File>>,
    columns: Option<Columns>,
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
        let columns = self.columns.get_or_insert_with(|| Columns::of(record));
        if record.seq == 0 {
            file.write_record(columns.names()).map_err(&failed)?;
        }
        let first = [
            record.epoch.to_string(),
            record.step.to_string(),
            record.lr.to_string(),
            record.seconds.to_string(),
        ];
        let metrics =
            columns.metrics(record).map(|value| value.map(|value| value.to_string()).unwrap_or_default());
        file.write_record(first.into_iter().chain(metrics)).map_err(&failed)?;
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
