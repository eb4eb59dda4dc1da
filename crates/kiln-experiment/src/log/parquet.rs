//! All epochs as a table of columns with types.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiln_core::EpochRecord;
use kiln_core::file::write_durably;
use kiln_train::{Callback, EpochView, History, Stop, TrainError};

use super::row::Columns;
use crate::parquet::{Cell, Field, FieldKind, ParquetWriter};

/// The time between two writings of the file: what it holds stands at its end, so that it is written as a whole.
const EVERY: Duration = Duration::from_secs(5);

/// Writes the metrics of all epochs into `metrics.parquet` of a folder, in the columns of [`CsvLog`](super::CsvLog): `epoch` and `step`
/// as whole numbers, the others as numbers, NaN where there is none. The file is replaced as a whole, at most every five seconds
/// and at the end.
#[derive(Debug)]
pub struct ParquetLog {
    path: PathBuf,
    written: Option<Instant>,
}

impl ParquetLog {
    /// Writes into `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join("metrics.parquet"), written: None }
    }

    fn write(&mut self, history: &History) -> Result<(), TrainError> {
        let written = table(&history.epochs).and_then(|bytes| write_durably(&self.path, &bytes));
        written.map_err(|source| TrainError::Io { action: "write", path: self.path.clone(), source })?;
        self.written = Some(Instant::now());
        Ok(())
    }
}

impl Callback for ParquetLog {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        if self.written.is_none_or(|written| written.elapsed() >= EVERY) {
            self.write(view.history)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, history: &History, _: &Stop) -> Result<(), TrainError> {
        self.write(history)
    }
}

/// The bytes of the file.
fn table(epochs: &[EpochRecord]) -> std::io::Result<Vec<u8>> {
    let columns = Columns::of(&epochs.first().cloned().unwrap_or_default());
    let kind = |place| if place < 2 { FieldKind::Whole } else { FieldKind::Number };
    let fields = columns.names().into_iter().enumerate();
    let fields = fields.map(|(place, name)| Field { name, kind: kind(place) }).collect();
    let mut file = ParquetWriter::new(Vec::new(), "metrics", fields)?;
    for epoch in epochs {
        let mut cells = vec![Cell::Whole(epoch.epoch), Cell::Whole(epoch.step)];
        cells.extend([epoch.lr, epoch.seconds].map(Cell::Number));
        cells.extend(columns.metrics(epoch).map(|value| Cell::Number(value.unwrap_or(f64::NAN))));
        file.row(&cells)?;
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use kiln_core::Metrics;

    use super::*;

    /// `tests/golden/metrics_table.py` reads the file with pyarrow and pandas.
    #[test]
    fn the_file_is_the_one_that_pyarrow_reads() {
        let epoch = |epoch: u64, accuracy: Option<f64>| EpochRecord {
            seq: epoch - 1,
            epoch,
            step: 20 * epoch,
            lr: 0.1 / epoch as f64,
            train: Metrics::from_iter([("loss", 0.5 / epoch as f64)]),
            validation: Some(Metrics::from_iter(
                [("loss", 0.25)].into_iter().chain(accuracy.map(|accuracy| ("accuracy", accuracy))),
            )),
            best: true,
            seconds: 1.5,
        };
        let bytes = table(&[epoch(1, Some(0.75)), epoch(2, Some(f64::NAN)), epoch(3, None)]).unwrap();
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/metrics.parquet");
        if std::env::var("KILN_GOLDEN").is_ok_and(|what| what == "overwrite") {
            std::fs::write(&golden, &bytes).unwrap();
        }
        assert_eq!(std::fs::read(golden).unwrap(), bytes);
        // A training without an epoch has a file, too.
        assert!(table(&[]).unwrap().starts_with(b"PAR1"));
    }
}
