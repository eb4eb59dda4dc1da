//! An ensemble of what a search has tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_core::Metrics;
use kiln_core::file::write_durably;
use kiln_validate::search::State;

use super::predicted::{Items, Truth};
use super::report::EnsembleReport;
use super::weigh::{Candidate, weighed};
use crate::error::{ExperimentError, RunError, TuneError};
use crate::evaluate::{EvaluateSettings, evaluate_items};
use crate::measured::{Part, Said, ScoredItems};
use crate::observer::Observer;
use crate::run::{CONFIG, RECORD, RunRecord, Status, rfc3339};
use crate::session::Session;
use crate::tune::{TuneReport, trial_place};

/// At most so many trials become members.
pub const MOST: usize = 20;

/// The name of its folder in that of the search.
const NAME: &str = "ensemble";

/// Makes an ensemble of the best trials of the search in `folder`, [`MOST`] at most, in its folder `ensemble`: weights by what each says of the
/// validation part. The test part is not looked at; `kiln eval` does. One that is there is replaced.
///
/// The validation part has chosen the trials and chooses the weights: the loss that is found is too good.
///
/// # Errors
/// A search in which no trial was trained to its end, trials that do not have the same validation part; data that are not there.
pub fn of_study(
    folder: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<EnsembleReport, ExperimentError> {
    let report = TuneReport::read(folder)?;
    let done = report.study.ranking().into_iter().filter(|trial| trial.state == State::Done).take(MOST);
    let numbers: Vec<u64> = done.map(|trial| trial.number).collect();
    let Some(best) = numbers.first() else {
        return Err(TuneError::NothingDone { study: folder.to_owned() }.into());
    };
    let mut settings = EvaluateSettings::new(session.clone());
    settings.session.flags.data = None;
    settings.part = Some(Part::Validation);
    let mut first: Option<ScoredItems> = None;
    let mut candidates = Vec::new();
    for number in &numbers {
        let (_, items) = evaluate_items(&folder.join(trial_place(*number)), &settings, observer)?;
        if first.as_ref().is_some_and(|first| first.rows != items.rows) {
            return Err(TuneError::OtherItems { number: *number, best: *best }.into());
        }
        let run = PathBuf::from("..").join(trial_place(*number));
        candidates.push(Candidate { name: number.to_string(), run, predicted: predicted(&items.said) });
        first.get_or_insert(items);
    }
    let items = first.ok_or_else(|| TuneError::NothingDone { study: folder.to_owned() })?;
    let truth = match items.said {
        Said::Classes { labels, .. } => Truth::Classes(labels),
        Said::Labels { actual, .. } | Said::Numbers { actual, .. } => {
            Truth::Numbers { actual, columns: items.dataset.target.names().len().max(1) }
        }
    };
    let record = weighed(&Items { truth, weights: items.weights }, candidates)?;
    let run = folder.join(NAME);
    write(&run, &folder.join(trial_place(*best)), session)?;
    record.write(&run)?;
    Ok(EnsembleReport { run, record, test: None, seconds: None })
}

/// Probabilities or numbers.
fn predicted(said: &Said) -> Vec<f64> {
    match said {
        Said::Classes { logits, labels, decision } => {
            let classes = (logits.len() / labels.len().max(1)).max(1);
            let shares = logits.chunks(classes).flat_map(|logits| decision.probabilities(logits));
            shares.map(f64::from).collect()
        }
        Said::Labels { logits, .. } => logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(),
        Said::Numbers { predicted, .. } => predicted.clone(),
    }
}

/// Makes the folder, with the configuration of the best trial.
fn write(run: &Path, best: &Path, session: &Session) -> Result<(), ExperimentError> {
    fs::create_dir_all(run).map_err(RunError::io("make", run))?;
    let config = best.join(CONFIG);
    let text = fs::read(&config).map_err(RunError::io("read", &config))?;
    let now = rfc3339(SystemTime::now());
    let of_best = RunRecord::read(best)?;
    let record = RunRecord {
        status: Status::Done,
        started: now.clone(),
        finished: Some(now),
        arguments: session.arguments.clone(),
        validation: Metrics::new(),
        test: Metrics::new(),
        stop: None,
        best_epoch: None,
        seconds: None,
        weights_blake3: None,
        ..of_best
    };
    let path = run.join(CONFIG);
    write_durably(&path, &text).map_err(RunError::io("write", &path))?;
    let path = run.join(RECORD);
    write_durably(&path, &record.to_bytes()).map_err(RunError::io("write", &path))?;
    Ok(())
}
