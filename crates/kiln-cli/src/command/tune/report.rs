//! What is said of a study: a line for every trial, a table of the best, and what to do next.

use std::path::Path;

use kiln_report::{Column, Table, human, table};
use kiln_validate::search::{State, Study, Trial, Value};

use super::folder::Folder;
use crate::error::CliError;
use crate::output::{Output, fields};

/// Rows of the table of the best.
const ROWS: usize = 10;

/// One trial that has ended, on a line.
pub(super) fn line(trial: &Trial, monitor: &str, trials: u64) -> String {
    let result = match (trial.state, trial.value) {
        (State::Failed, _) => format!("failed: {}", trial.error.as_deref().unwrap_or_default()),
        (State::Pruned, Some(value)) => {
            format!("{monitor} {} given up in epoch {}", human::metric(value), epochs(trial))
        }
        (_, Some(value)) => format!("{monitor} {}", human::metric(value)),
        (_, None) => "given up".to_owned(),
    };
    let params: Vec<String> =
        trial.params.iter().map(|(key, value)| format!("{key}={}", short(value))).collect();
    let (number, seconds) = (trial.number, human::seconds(trial.seconds));
    format!("trial {number} of {trials}  {result}  {seconds}  {}", params.join(" "))
}

fn epochs(trial: &Trial) -> u64 {
    trial.reports.last().map_or(0, |(step, _)| *step)
}

/// A value in four digits; the files have all of them.
pub(in crate::command) fn short(value: &Value) -> String {
    match value {
        Value::Float(number) => human::metric(*number),
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The event of a trial that has ended.
pub(super) fn event(trial: &Trial, folder: &Folder, out: Output) -> Result<(), CliError> {
    let run_dir = folder.run(trial.number).display().to_string();
    out.event(
        "trial",
        fields! {
            number: trial.number, state: trial.state, value: trial.value, epochs: epochs(trial),
            params: trial.params, error: trial.error, seconds: trial.seconds, run_dir: run_dir,
        },
    )
}

/// How many trials ended in a way.
fn count(study: &Study, state: State) -> usize {
    study.trials().iter().filter(|trial| trial.state == state).count()
}

/// The event of the end.
pub(super) fn end(study: &Study, folder: &Folder, finished: bool, out: Output) -> Result<(), CliError> {
    let best = study.best();
    let config = best.map(|_| super::folder::best(&folder.path).display().to_string());
    let (done, pruned, failed) =
        (count(study, State::Done), count(study, State::Pruned), count(study, State::Failed));
    out.event(
        "tune",
        fields! {
            monitor: folder.record.monitor, finished: finished, done: done, pruned: pruned, failed: failed,
            best: best.map(|best| best.number), value: best.and_then(|best| best.value),
            params: best.map(|best| &best.params), best_config: config,
            study_dir: folder.path.display().to_string(),
        },
    )
}

/// The best trials, with one column for every setting that varies.
pub(super) fn best(study: &Study, monitor: &str) -> String {
    let names: Vec<&str> =
        study.config().space.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
    let fixed = [
        Column::right("trial"),
        Column::right(monitor),
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
    let (pruned, failed) = (count(study, State::Pruned), count(study, State::Failed));
    let more = if total > ROWS { format!("the best {ROWS} of ") } else { String::new() };
    format!(
        "{}\n{more}{total} trials; {pruned} given up, {failed} failed\n",
        rows.render(table::colour(&std::io::stdout()))
    )
}

/// What to do next. The best of many trials looks better than it is, on the very items that chose it.
pub(super) fn next(study: &Study, folder: &Folder, finished: bool) -> String {
    let path = folder.path.display();
    let mut text = String::new();
    if !finished {
        text += &format!("\nGo on with:\n  kiln tune --resume {path}\n");
    }
    if let Some(best) = study.best() {
        let config = quoted(&super::folder::best(&folder.path));
        text += &format!(
            "\nTrial {} is the best by the items that chose it, so its {} flatters it.\nNext:\n  \
             kiln train {config}    train it again, and measure on the test part\n  \
             kiln cv {config}       an honest estimate, by cross-validation",
            best.number, folder.record.monitor
        );
    }
    text
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
}
