//! The beginning and the end of a training.

use std::path::Path;

use kiln_config::{Followed, literal};
use kiln_core::Metrics;
use kiln_experiment::run::RunRecord;
use kiln_experiment::{Longer, TrainingStart};
use kiln_report::event::{End, Event, Start};
use kiln_report::{Column, EventWriter, Table, human, table};
use kiln_train::Stop;

use super::words::{data_flag, quoted};
use crate::output::{Output, Unwritten};

/// The event of a training that begins.
pub fn start(start: &TrainingStart<'_>, out: Output) -> Result<(), Unwritten> {
    let [train, validation, test] = start.items.map(|items| items as u64);
    let event = Event::Start(Start {
        run_dir: Some(start.run.display().to_string()),
        seed: start.seed,
        device: start.device.to_owned(),
        threads: start.threads as u64,
        parameters: start.parameters as u64,
        train,
        validation,
        test,
    });
    emit(&event, out)
}

/// The event of a training that has ended.
pub fn end(run: &Path, record: &RunRecord, out: Output) -> Result<(), Unwritten> {
    let event = Event::End(End {
        stop: record.stop.clone().unwrap_or_default(),
        best_epoch: record.best_epoch,
        validation: record.validation.clone(),
        test: record.test.clone(),
        seconds: record.seconds.unwrap_or(f64::NAN),
        peak_rss_bytes: record.peak_rss_bytes,
        weights_blake3: record.weights_blake3.clone().unwrap_or_default(),
        run_dir: Some(run.display().to_string()),
        certificate: record.certificate,
        sparsity: record.sparsity.clone(),
        zero_outputs: record.zero_outputs.clone(),
        zero_inputs: record.zero_inputs.clone(),
    });
    emit(&event, out)
}

fn emit(event: &Event, out: Output) -> Result<(), Unwritten> {
    if out.json { Ok(EventWriter::stdout().write(event)?) } else { Ok(()) }
}

/// The end of a training in words: a table, and what can be done next.
///
/// `data`: where the data are, if not where the configuration says.
pub fn report(
    record: &RunRecord,
    (stop, steps): (&Stop, Option<u64>),
    run: &Path,
    longer: Option<&Longer>,
    data: Option<&Path>,
) -> String {
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    facts.row(["stopped", why(stop, steps).as_str()]);
    if let Some(epoch) = record.best_epoch {
        facts.row(["best epoch".to_owned(), epoch.to_string()]);
    }
    if let Some(items) = record.refit {
        let epochs = record.best_epoch.unwrap_or_default();
        let both =
            format!("{} items, those of the validation part too, for {epochs} epochs", human::count(items));
        facts.row(["trained again on".to_owned(), both]);
    }
    for (name, metrics) in [("validation", &record.validation), ("test", &record.test)] {
        if !metrics.is_empty() {
            facts.row([name.to_owned(), line(metrics)]);
        }
    }
    if let Some(temperature) = record.temperature {
        // What tells the items apart without an error leaves 1, which was not chosen.
        let how = if temperature == 1.0 {
            "not: the validation part has no errors that would say how sure is too sure".to_owned()
        } else {
            format!("by the validation part, temperature {temperature:.4}")
        };
        facts.row(["calibrated".to_owned(), how]);
    }
    if let Some(certificate) = &record.certificate {
        facts.row(["objective".to_owned(), format!("{:.10}", certificate.objective)]);
        if let Some(gap) = certificate.gap {
            facts.row(["duality gap".to_owned(), format!("{gap:.2e}: no weights are better by more")]);
        }
        facts.row(["KKT residual".to_owned(), format!("{:.2e}", certificate.kkt_residual)]);
    }
    for (path, share) in record.sparsity.iter() {
        let mut zeros = format!("{:.2} %", 100.0 * share);
        for (units, what) in [(&record.zero_outputs, "outputs"), (&record.zero_inputs, "inputs")] {
            if let Some(count) = units.get(path) {
                zeros.push_str(&format!(", {count} whole {what}"));
            }
        }
        facts.row([format!("zeros in {path}"), zeros]);
    }
    facts.row(["time".to_owned(), human::seconds(record.seconds.unwrap_or_default())]);
    if let Some(peak) = record.peak_rss_bytes {
        facts.row(["peak memory".to_owned(), human::bytes(peak)]);
    }
    facts.row(["run".to_owned(), run.display().to_string()]);
    let (run, data) = (quoted(run), data_flag(data));
    let next = if stop.can_go_on() {
        format!("Go on with:\n  kiln resume {run}{data}")
    } else if record.validation.get("bits_per_byte").is_some() {
        // A language model.
        format!(
            "Next:\n  kiln generate {run}      a text that it writes\n  kiln runs show {run}     every epoch"
        )
    } else {
        format!(
            "Next:\n  kiln eval {run}{data}             metrics and confusion matrix\n  \
             kiln predict {run} INPUT    predictions for new data\n  \
             kiln runs show {run}        every epoch"
        )
    };
    let longer = longer.map(|longer| train_longer(longer, &run, &data)).unwrap_or_default();
    format!("\n{}\n{longer}{next}", facts.render(table::colour(&std::io::stderr())))
}

/// What is said of a run whose best epoch is the last.
fn train_longer(longer: &Longer, run: &str, data: &str) -> String {
    let change = &longer.change;
    if longer.goes_on {
        format!(
            "The best epoch is the last: it was still getting better. Train longer with:\n  kiln resume {run}{data} {change}\n"
        )
    } else {
        format!(
            "The best epoch is the last: a longer training may do better. Its schedule is another, so that it begins \
             anew:\n  kiln train {run}/run.toml{data} {change}\n"
        )
    }
}

/// What follows from the size of the data.
pub fn followed(settings: &[Followed], items: usize) -> String {
    let settings: Vec<String> =
        settings.iter().map(|setting| format!("{}={}", setting.key, literal(&setting.value))).collect();
    format!("for {} training items: {}", human::count(items as u64), settings.join(" "))
}

/// What a second training is about.
pub fn refit(epochs: u64, items: usize) -> String {
    let items = human::count(items as u64);
    format!("epoch {epochs} was the best: training again on {items} items, those of the validation part too")
}

/// Why it stopped; `steps`: their number, where it ended the training and not that of the epochs.
fn why(stop: &Stop, steps: Option<u64>) -> String {
    match (stop, steps) {
        (Stop::Finished, Some(steps)) => format!("all {} steps done", human::count(steps)),
        (Stop::Finished, None) => "all epochs done".to_owned(),
        (Stop::EarlyStopping { patience }, _) => format!("no improvement for {patience} epochs"),
        (Stop::Optimal, _) => "the optimum is reached, within its tolerance".to_owned(),
        (Stop::TimeLimit, _) => "time limit reached".to_owned(),
        (Stop::Interrupted, _) => "by request, after saving".to_owned(),
        (Stop::Callback { why }, _) => why.clone(),
        (other, _) => other.reason().to_owned(),
    }
}

fn line(metrics: &Metrics) -> String {
    let parts: Vec<String> =
        metrics.iter().map(|(name, value)| format!("{name} {}", human::metric(value))).collect();
    parts.join("  ")
}
