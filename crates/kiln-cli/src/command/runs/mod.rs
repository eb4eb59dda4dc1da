//! `kiln runs ls`, `show` and `diff`.

mod diff;

use std::path::Path;

use clap::{Args, Subcommand};
use kiln_core::{ErrorKind, Explain, Metrics};
use kiln_experiment::Interrupt;
use kiln_experiment::cv::compare_folds;
use kiln_experiment::run::{self, RunRecord, Status, find, is_busy, is_cross_validation, read_epochs};
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};
use kiln_terminal::{Output, fields, tell};

use super::Execute;
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;

/// List, show and compare runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Runs {
    #[command(subcommand)]
    action: RunsCommand,
}

/// What to do with runs.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the runs, the newest last.
    #[command(after_help = "\
Examples:
  kiln runs ls
  kiln runs ls --runs-dir elsewhere --json")]
    Ls,
    /// Show a run: its state, its settings, its epochs.
    #[command(after_help = "\
Examples:
  kiln runs show last")]
    Show {
        /// The run: its folder, its name or a part of it, or `last`.
        run: String,
    },
    /// Compare two runs: the settings and metrics in which they differ.
    #[command(after_help = "\
Examples:
  kiln runs diff 20260102-030405-digits-1a2b last")]
    Diff {
        /// The first run.
        a: String,
        /// The second run.
        b: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  kiln runs ls
  kiln runs show last";

impl Execute for Runs {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out).map(|()| 0)
    }
}

fn run(command: &RunsCommand, global: &Global, out: Output) -> Result<(), CliError> {
    let runs_dir = global.runs_dir();
    match command {
        RunsCommand::Ls => list(&runs_dir, out),
        RunsCommand::Show { run } => show(&find(run, &runs_dir)?, out),
        RunsCommand::Diff { a, b } => {
            let folders = [find(a, &runs_dir)?, find(b, &runs_dir)?];
            diff::diff(&folders, out)?;
            // What differs in two cross-validations is one thing, what follows from it another.
            let [a, b] = &folders;
            if !is_cross_validation(a)? || !is_cross_validation(b)? {
                return Ok(());
            }
            let found = compare_folds([a, b], &session(global, Interrupt::default()))?;
            Ok(tell::cv_diff::report(&found, &folders, out)?)
        }
    }
}

fn list(runs_dir: &Path, out: Output) -> Result<(), CliError> {
    let names = run::list(runs_dir)?;
    if names.is_empty() && !out.json {
        out.say(&format!("no runs in {}; `kiln train digits` makes one", runs_dir.display()));
        return Ok(());
    }
    let mut table = Table::new([
        Column::left("run"),
        Column::left("state"),
        Column::left("data"),
        Column::right("epoch"),
        Column::left("validation"),
        Column::left("test"),
        Column::right("time"),
    ]);
    for name in names {
        let folder = runs_dir.join(&name);
        // One damaged run must not hide the others.
        match RunRecord::read(&folder) {
            Ok(record) if out.json => event(&folder, &record, out)?,
            Ok(record) => {
                table.row([
                    name,
                    state(&folder, &record),
                    record.data.as_ref().map_or_else(String::new, |data| data.name.clone()),
                    record.best_epoch.map_or_else(String::new, |epoch| epoch.to_string()),
                    headline(&record.validation),
                    headline(&record.test),
                    record.seconds.map_or_else(String::new, human::seconds),
                ]);
            }
            Err(error) => {
                out.say(&format!("{name}: {error}"));
                let state = if error.kind() == ErrorKind::Io { "unreadable" } else { "damaged" };
                table.row([name, state.to_owned()]);
            }
        }
    }
    if out.json { Ok(()) } else { Ok(out.data(&table.render(colour(&std::io::stdout())))?) }
}

/// The state; a run that says it is running, but that no process holds, was killed.
fn state(folder: &Path, record: &RunRecord) -> String {
    match record.status {
        Status::Running if !is_busy(folder) => "killed".to_owned(),
        status => status.to_string(),
    }
}

/// The first metric that is not the loss, or the loss.
fn headline(metrics: &Metrics) -> String {
    metrics.headline().map_or_else(String::new, |(name, value)| format!("{name} {}", human::metric(value)))
}

fn event(folder: &Path, record: &RunRecord, out: Output) -> Result<(), CliError> {
    let folder_name = folder.display().to_string();
    Ok(out.event("run", fields! { run_dir: folder_name, state: state(folder, record), record: record })?)
}

fn show(folder: &Path, out: Output) -> Result<(), CliError> {
    let record = RunRecord::read(folder)?;
    let epochs = read_epochs(folder)?;
    if out.json {
        event(folder, &record, out)?;
        for epoch in &epochs {
            let event = kiln_report::Event::Epoch(epoch.clone());
            kiln_report::EventWriter::stdout().write(&event).map_err(CliError::Output)?;
        }
        return Ok(());
    }
    let mut text = facts(folder, &record).render(colour(&std::io::stdout()));
    if !epochs.is_empty() {
        let mut table = Table::new([
            Column::right("epoch"),
            Column::right("step"),
            Column::right("rate"),
            Column::left("training"),
            Column::left("validation"),
            Column::right("time"),
        ]);
        for epoch in &epochs {
            table.row([
                epoch.epoch.to_string(),
                epoch.step.to_string(),
                human::metric(epoch.lr),
                all(&epoch.train),
                epoch.validation.as_ref().map_or_else(String::new, all),
                human::seconds(epoch.seconds),
            ]);
        }
        text.push('\n');
        text.push_str(&table.render(colour(&std::io::stdout())));
    }
    Ok(out.data(&text)?)
}

fn facts(folder: &Path, record: &RunRecord) -> Table {
    let mut table = Table::new([Column::left(""), Column::left("")]);
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            table.row([name.to_owned(), value]);
        }
    };
    fact("run", folder.display().to_string());
    fact("state", state(folder, record));
    fact("error", record.error.clone().unwrap_or_default());
    fact("started", record.started.clone());
    fact("finished", record.finished.clone().unwrap_or_default());
    fact("command", format!("kiln {}", record.arguments.join(" ")));
    fact("versions", format!("kiln {}, Burn {}", record.kiln, record.burn));
    fact("device", record.device.clone());
    fact("seed", record.seed.to_string());
    if let Some(data) = &record.data {
        let parts = [data.train, data.validation, data.test].map(human::count);
        let [train, validation, test] = parts;
        fact("data", format!("{}: {train} training, {validation} validation, {test} test items", data.name));
        fact("fingerprint", data.fingerprint.to_string());
    }
    fact("parameters", record.parameters.map_or_else(String::new, human::count));
    fact("stopped", record.stop.clone().unwrap_or_default());
    fact("best epoch", record.best_epoch.map_or_else(String::new, |epoch| epoch.to_string()));
    fact("validation", all(&record.validation));
    fact("test", all(&record.test));
    fact("time", record.seconds.map_or_else(String::new, human::seconds));
    fact("peak memory", record.peak_rss_bytes.map_or_else(String::new, human::bytes));
    fact("weights", record.weights_blake3.clone().unwrap_or_default());
    table
}

fn all(metrics: &Metrics) -> String {
    let shown: Vec<_> =
        metrics.iter().map(|(name, value)| format!("{name} {}", human::metric(value))).collect();
    shown.join("  ")
}
