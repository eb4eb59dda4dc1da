//! The metrics of a run as OpenMetrics text, for Prometheus and its like.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use kiln_core::file::write_durably;
use kiln_core::{EpochRecord, Metrics};
use kiln_train::{Callback, EpochView, Stop, TrainError};

/// Writes the newest epoch into `metrics.prom` of a folder, as [`open_metrics`] has it. The file is replaced as a whole.
#[derive(Debug)]
pub struct OpenMetricsLog {
    run: String,
    path: PathBuf,
}

impl OpenMetricsLog {
    /// Writes into `folder`, whose name is that of the run.
    pub fn new(folder: &Path) -> Self {
        let run = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { run, path: folder.join("metrics.prom") }
    }
}

impl Callback for OpenMetricsLog {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let written = write_durably(&self.path, open_metrics(&self.run, view.record).as_bytes());
        let path = || self.path.clone();
        written.map_err(|source| TrainError::Io { action: "write", path: path(), source })?;
        Ok(ControlFlow::Continue(()))
    }
}

/// The newest epoch as gauges, in OpenMetrics 1.0: `kiln_epoch`, `kiln_step`, `kiln_learning_rate`, and `kiln_metric` with the labels
/// `run`, `name` and `part` (`train`, `validation`). Write it to a file that node_exporter's textfile collector reads.
///
/// ```
/// use kiln_core::{EpochRecord, Metrics};
/// use kiln_experiment::log::open_metrics;
///
/// let epoch = EpochRecord { epoch: 2, step: 40, lr: 0.1, train: Metrics::from_iter([("loss", 0.5)]), ..Default::default() };
/// let text = open_metrics("iris", &epoch);
/// assert!(text.contains("kiln_metric{run=\"iris\",name=\"loss\",part=\"train\"} 0.5\n"));
/// assert!(text.ends_with("# EOF\n"));
/// ```
pub fn open_metrics(run: &str, epoch: &EpochRecord) -> String {
    let run = escaped(run);
    let mut text = String::new();
    let gauges = [
        ("epoch", "The number of the newest epoch, from 1", epoch.epoch as f64),
        ("step", "Optimiser steps", epoch.step as f64),
        ("learning_rate", "The learning rate of the last step", epoch.lr),
    ];
    for (name, help, value) in gauges {
        let _ = write!(
            text,
            "# TYPE kiln_{name} gauge\n# HELP kiln_{name} {help}\nkiln_{name}{{run=\"{run}\"}} {value}\n"
        );
    }
    text.push_str("# TYPE kiln_metric gauge\n# HELP kiln_metric Losses and metrics of the newest epoch\n");
    let mut of = |metrics: &Metrics, part: &str| {
        for (name, value) in metrics.iter() {
            let name = escaped(name);
            let value =
                if value.is_nan() { "NaN".to_owned() } else { value.to_string().replace("inf", "Inf") };
            let _ = writeln!(text, "kiln_metric{{run=\"{run}\",name=\"{name}\",part=\"{part}\"}} {value}");
        }
    };
    of(&epoch.train, "train");
    if let Some(validation) = &epoch.validation {
        of(validation, "validation");
    }
    text.push_str("# EOF\n");
    text
}

/// A text as the value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
