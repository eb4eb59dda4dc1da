//! What is said of the search in each fold: trials, what they chose, and by how much the best trial flatters.

use kiln_report::{Column, Table, human};
use kiln_train::larger_is_better;
use kiln_validate::search::{Assignment, Trial};
use serde::Serialize;

use super::record::FoldRecord;
use crate::command::tune::short;

/// The score that chose beside the score of what was chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Optimism {
    /// The metric that judged.
    monitor: String,
    /// The mean over the folds of the best trial's score, on the items that chose it.
    inner: f64,
    /// The mean score on the test items of the folds.
    outer: f64,
    /// By how much the first is better, in whichever direction is better.
    optimism: f64,
}

impl Optimism {
    /// Of folds that all had a search.
    pub(super) fn of(records: &[FoldRecord]) -> Option<Self> {
        let monitor = &records.first()?.search.as_ref()?.monitor;
        let count = records.len() as f64;
        let (mut inner, mut outer) = (0.0, 0.0);
        for record in records {
            inner += record.search.as_ref()?.inner / count;
            outer += record.test.get(monitor)? / count;
        }
        let sign = if larger_is_better(monitor) { 1.0 } else { -1.0 };
        Some(Self { monitor: monitor.clone(), inner, outer, optimism: sign * (inner - outer) })
    }

    pub(super) fn sentence(&self) -> String {
        let numbers = format!(
            "{} {} by the items that chose the settings (not nested), {} by items that did not",
            self.monitor,
            human::metric(self.inner),
            human::metric(self.outer)
        );
        if self.optimism > 0.0 {
            format!("{numbers}: the search flatters itself by {}", human::metric(self.optimism))
        } else {
            format!(
                "{numbers}: the search does not flatter itself here, where its trials had fewer items to train on"
            )
        }
    }
}

/// A line for each fold: the score that chose, and the settings.
pub(super) fn choices(records: &[FoldRecord]) -> Table {
    let monitor =
        records.first().and_then(|record| record.search.as_ref()).map(|search| search.monitor.as_str());
    let monitor = monitor.unwrap_or("loss");
    let mut table = Table::new([
        Column::right("fold"),
        Column::right(format!("inner {monitor}")),
        Column::right(format!("outer {monitor}")),
        Column::right("trial"),
        Column::left("settings"),
    ]);
    for record in records {
        let Some(search) = &record.search else { continue };
        table.row([
            (record.fold + 1).to_string(),
            human::metric(search.inner),
            record.test.get(monitor).map_or_else(String::new, human::metric),
            format!("{} of {}", search.trial + 1, search.trials[0]),
            settings(&search.params),
        ]);
    }
    table
}

/// A line for a trial of a fold's search.
pub(super) fn trial_line(fold: usize, trial: &Trial, monitor: &str, trials: u64) -> String {
    let result = match (trial.value, &trial.error) {
        (Some(value), _) => format!("{monitor} {}", human::metric(value)),
        (None, error) => format!("failed: {}", error.as_deref().unwrap_or_default()),
    };
    let (number, time) = (trial.number + 1, human::seconds(trial.seconds));
    format!("fold {}, trial {number} of {trials}: {result}, {time}  {}", fold + 1, settings(&trial.params))
}

/// `key=value key=value` in few digits.
fn settings(params: &Assignment) -> String {
    let all: Vec<String> = params.iter().map(|(key, value)| format!("{key}={}", short(value))).collect();
    all.join(" ")
}
