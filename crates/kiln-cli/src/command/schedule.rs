//! `kiln schedule plot`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kiln_experiment::job::Job;
use kiln_page::figure;
use kiln_report::human;
use kiln_terminal::{Output, fields};
use kiln_train::PlannedStep;

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global};
use crate::configuration::{configuration, inputs};
use crate::error::CliError;
use crate::picture::write_svg;

/// Look at the learning rate before training.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  kiln schedule plot digits")]
pub(crate) struct Schedule {
    #[command(subcommand)]
    action: ScheduleCommand,
}

/// What to do with schedules.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Draw the learning rate of every step of a training, before it.
    #[command(after_help = "\
Examples:
  kiln schedule plot digits
  kiln schedule plot digits schedule.kind=one-cycle -o rate.svg
  kiln schedule plot my.toml schedule.warmup=2 --json")]
    Plot(Plot),
}

/// Arguments of `schedule plot`.
#[derive(Debug, Clone, Args)]
pub(crate) struct Plot {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    /// An SVG file for the curve; whatever else moves, such as momentum or dropout, goes into files beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Steps that are drawn: more than a picture has columns.
const MOST: u64 = 20_000;

impl Execute for Schedule {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(&self.action, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::Settings
    }
}

fn run(command: &ScheduleCommand, global: &Global, out: Output) -> Result<(), CliError> {
    let ScheduleCommand::Plot(arguments) = command;
    plot(arguments, global, out)
}

fn plot(arguments: &Plot, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    let job = Job::load(&resolved)?;
    // A picture has so many columns; a program gets every step.
    let preview = job.trainer().preview(&job.data()?, if out.json { u64::MAX } else { MOST })?;
    let charts = figure::schedule(&resolved.label, &preview);
    let mut files = Vec::new();
    if let Some(path) = &arguments.output {
        for (place, chart) in charts.iter().enumerate() {
            let path = if place == 0 { path.clone() } else { beside(path, &chart.y) };
            write_svg(&path, chart, &inputs(&arguments.configuration, &resolved))?;
            files.push(path);
        }
    }
    if out.json {
        let points: Vec<_> = preview
            .points
            .iter()
            .map(|point| {
                serde_json::json!({
                    "step": point.step, "lr": point.lr, "momentum": point.momentum,
                    "weight_decay": point.weight_decay, "dropout": point.dropout,
                    "label_smoothing": point.label_smoothing,
                })
            })
            .collect();
        return Ok(out.event(
            "schedule",
            fields! { steps_per_epoch: preview.steps_per_epoch, steps: preview.steps, points: points },
        )?);
    }
    let mut text = String::new();
    for chart in &charts {
        text.push_str(&chart.to_text(80, 12));
        text.push('\n');
    }
    text.push_str(&summary(&preview.points, preview.steps, preview.steps_per_epoch));
    out.data(&text)?;
    for path in files {
        out.say(&format!("written: {}", path.display()));
    }
    Ok(())
}

fn summary(points: &[PlannedStep], steps: u64, steps_per_epoch: u64) -> String {
    let highest = points.iter().map(|point| point.lr).fold(0.0, f64::max);
    let [first, last] = [points.first(), points.last()].map(|point| point.map_or(0.0, |point| point.lr));
    format!(
        "{} steps, {} an epoch; learning rate {} in the first step, {} at most, {} in the last\n",
        human::count(steps),
        human::count(steps_per_epoch),
        human::metric(first),
        human::metric(highest),
        human::metric(last),
    )
}

/// `rate.svg` with the name of a curve behind its stem: `rate-momentum.svg`.
fn beside(path: &Path, name: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{}{extension}", name.replace(' ', "-")))
}
