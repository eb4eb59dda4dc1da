//! What is said of a search: a table of the best trials, and what to do next.

use kiln_experiment::tune::TuneReport;
use kiln_report::{Column, Table, human, table};
use kiln_validate::search::State;

use super::trial::{epochs, short};
use super::words::quoted;
use crate::fields;
use crate::output::{Output, Unwritten};

/// Rows of the table of the best.
const ROWS: usize = 10;

/// The event of the end.
pub fn event(report: &TuneReport, out: Output) -> Result<(), Unwritten> {
    let best = report.study.best();
    let config = report.best_config.as_ref().map(|path| path.display().to_string());
    let [done, pruned, failed] = [State::Done, State::Pruned, State::Failed].map(|state| report.count(state));
    out.event(
        "tune",
        fields! {
            monitor: report.monitor, finished: report.finished, done: done, pruned: pruned, failed: failed,
            best: best.map(|best| best.number), value: best.and_then(|best| best.value),
            params: best.map(|best| &best.params), best_config: config,
            study_dir: report.folder.display().to_string(),
        },
    )
}

/// The best trials, with one column for every setting that varies.
pub fn best(report: &TuneReport) -> String {
    let TuneReport { study, monitor, .. } = report;
    let names: Vec<&str> =
        study.config().space.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
    let fixed = [
        Column::right("trial"),
        Column::right(monitor.as_str()),
        Column::left("state"),
        Column::right("epochs"),
        Column::right("time"),
    ];
    let mut rows = Table::new(fixed.into_iter().chain(names.iter().map(|name| Column::right(*name))));
    for trial in study.ranking().into_iter().take(ROWS) {
        let state = match trial.state {
            State::Done => "done",
            State::Pruned => "given up",
            State::Failed => "failed",
        };
        let mut row = vec![
            trial.number.to_string(),
            trial.value.map_or_else(|| "–".to_owned(), human::metric),
            state.to_owned(),
            epochs(trial).to_string(),
            human::seconds(trial.seconds),
        ];
        row.extend(names.iter().map(|name| trial.params.get(name).map_or_else(|| "–".to_owned(), short)));
        rows.row(row);
    }
    let total = study.trials().len();
    let (pruned, failed) = (report.count(State::Pruned), report.count(State::Failed));
    let more = if total > ROWS { format!("the best {ROWS} of ") } else { String::new() };
    format!(
        "{}\n{more}{total} trials; {pruned} given up, {failed} failed\n",
        rows.render(table::colour(&std::io::stdout()))
    )
}

/// What to do next. The best of many trials looks better than it is, on the very items that chose it.
pub fn next(report: &TuneReport) -> String {
    let path = report.folder.display();
    let mut text = String::new();
    if !report.finished {
        text += &format!("\nGo on with:\n  kiln tune --resume {path}\n");
    }
    if let (Some(best), Some(config)) = (report.study.best(), &report.best_config) {
        let config = quoted(config);
        text += &format!(
            "\nTrial {} is the best by the items that chose it, so its {} is too good.\nNext:\n  \
             kiln train {config}    train it again, and measure on the test part\n  \
             kiln cv {config}       an honest estimate, by cross-validation",
            best.number, report.monitor
        );
    }
    text
}
