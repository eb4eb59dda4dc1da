//! A trial that has ended.

use std::path::Path;

use kiln_report::human;
use kiln_validate::search::{Assignment, State, Trial, Value};

use crate::fields;
use crate::output::{Output, Unwritten};

/// The event of a trial: of a search in a fold, or of one with a run for each trial.
pub fn event(trial: &Trial, fold: Option<usize>, run: Option<&Path>, out: Output) -> Result<(), Unwritten> {
    let fields = match fold {
        Some(fold) => fields! {
            fold: fold, number: trial.number, state: trial.state, value: trial.value, params: trial.params,
            error: trial.error, seconds: trial.seconds,
        },
        None => fields! {
            number: trial.number, state: trial.state, value: trial.value, epochs: epochs(trial),
            params: trial.params, error: trial.error, seconds: trial.seconds,
            run_dir: run.map(|run| run.display().to_string()),
        },
    };
    out.event("trial", fields)
}

/// A line for a trial.
pub fn line(trial: &Trial, monitor: &str, trials: u64, fold: Option<usize>) -> String {
    let settings = settings(&trial.params);
    if let Some(fold) = fold {
        let result = match (trial.value, &trial.error) {
            (Some(value), _) => format!("{monitor} {}", human::metric(value)),
            (None, error) => format!("failed: {}", error.as_deref().unwrap_or_default()),
        };
        let (number, time) = (trial.number + 1, human::seconds(trial.seconds));
        return format!("fold {}, trial {number} of {trials}: {result}, {time}  {settings}", fold + 1);
    }
    let result = match (trial.state, trial.value) {
        (State::Failed, _) => format!("failed: {}", trial.error.as_deref().unwrap_or_default()),
        (State::Pruned, Some(value)) => {
            format!("{monitor} {} given up in epoch {}", human::metric(value), epochs(trial))
        }
        (_, Some(value)) => format!("{monitor} {}", human::metric(value)),
        (_, None) => "given up".to_owned(),
    };
    let (number, seconds) = (trial.number, human::seconds(trial.seconds));
    format!("trial {number} of {trials}  {result}  {seconds}  {settings}")
}

/// Epochs that a trial reported.
pub fn epochs(trial: &Trial) -> u64 {
    trial.reports.last().map_or(0, |(step, _)| *step)
}

/// `key=value key=value` in few digits.
pub fn settings(params: &Assignment) -> String {
    let all: Vec<String> = params.iter().map(|(key, value)| format!("{key}={}", short(value))).collect();
    all.join(" ")
}

/// A value in four digits; the files have all of them.
pub fn short(value: &Value) -> String {
    match value {
        Value::Float(number) => human::metric(*number),
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}
