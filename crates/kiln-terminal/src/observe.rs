//! What an experiment does, told on the terminal: events on standard output with `--json`, words on standard error.

use std::io;
use std::path::PathBuf;

use kiln_core::few_digits;
use kiln_experiment::{CurveProgress, Event, Observer, PathStage, PathStep, TrainingStart};
use kiln_report::{Mode, human};
use kiln_train::Callback;

use crate::fields;
use crate::output::{Output, Unwritten};
use crate::tell;
use crate::watch::Watch;

/// An observer that tells a person or, with [`Output::json`], a program.
#[derive(Debug, Clone)]
pub struct Terminal {
    out: Output,
    mode: Mode,
    /// Whether the layers of the model are told.
    verbose: bool,
    /// Where the data of a run are now, if not where its configuration says: the next commands need it, too.
    moved: Option<PathBuf>,
}

impl Terminal {
    /// Tells on `out`. `mode`: how training is shown, unless `out` is quiet; also whether there is a line for an intermediate step.
    /// `verbose`: the layers of the model, too.
    pub fn new(out: Output, mode: Mode, verbose: bool) -> Self {
        Self { out, mode: if out.quiet { Mode::Off } else { mode }, verbose, moved: None }
    }

    /// For a run whose data are elsewhere now.
    pub fn moved(self, data: Option<PathBuf>) -> Self {
        Self { moved: data, ..self }
    }

    fn line(&self, text: &str) {
        if self.mode != Mode::Off {
            self.out.say(text);
        }
    }
}

impl Observer for Terminal {
    fn hear(&self, event: &Event<'_>) -> io::Result<()> {
        let out = self.out;
        match event {
            Event::ReadingData { name } => out.say(&format!("{name}: reading the data")),
            Event::DataUnderstood(dataset) => return unless_closed(tell::understood::tell(dataset, out)),
            Event::Texts(parts) => return unless_closed(tell::texts::tell(parts, out)),
            Event::StartsFrom(text) => out.say(text),
            Event::DeviceChosen(choice) => out.say(&choice.to_string()),
            Event::Warning(text) => return unless_closed(tell::warning::warn(text, out)),
            Event::PassedOver { error, used, then } => {
                return unless_closed(tell::warning::passed_over(error, *used, then, out));
            }
            Event::GoesOn(Some(step)) => out.say(&format!("going on after step {step}")),
            Event::GoesOn(None) => out.say("there is no checkpoint yet: starting over"),
            Event::Model(summary) if self.verbose => out.say(&summary.to_string()),
            Event::TrainingStarts(start) => return unless_closed(tell::training::start(start, out)),
            Event::Member { name, number, members } => {
                out.say(&format!("\nmodels of the preset {name:?}, {} of {members}", number + 1));
            }
            Event::Followed { settings, items } => out.say(&tell::training::followed(settings, *items)),
            Event::Refit { epochs, items } => out.say(&tell::training::refit(*epochs, *items)),
            Event::SettingsChanged(changes) => {
                for change in *changes {
                    out.say(&format!("since then: {change}"));
                }
            }
            Event::TrainingEnds { run, record, stop, steps, longer } => {
                unless_closed(tell::training::end(run, record, out))?;
                let data = self.moved.as_deref();
                out.say(&tell::training::report(record, (stop, *steps), run, *longer, data));
            }
            Event::Sample { step, text } if out.json => {
                return unless_closed(out.event("sample", fields! { step: step, text: text }));
            }
            Event::Sample { step, text } => self.line(&format!("after step {step} it writes:\n{text}\n")),
            Event::TokensPerSecond(rate) => out.say(&format!("{rate:.0} tokens a second")),
            Event::Fold { record, folds, earlier } => {
                unless_closed(tell::fold::event(record, out))?;
                if !earlier {
                    tell::fold::line(record, *folds, out);
                }
            }
            Event::SearchGoesOn { folder, trials } => {
                out.say(&format!("{}: {trials} trials have ended", folder.display()));
            }
            Event::Trial { trial, fold, run, .. } if out.json => {
                return unless_closed(tell::trial::event(trial, *fold, *run, out));
            }
            Event::Trial { trial, monitor, trials, fold, .. } => {
                self.line(&tell::trial::line(trial, monitor, *trials, *fold));
            }
            Event::PathFold { fold, folds } => out.say(&format!("fold {} of {folds} is solved", fold + 1)),
            Event::PathStage(stage) => self.line(&path_stage(stage)),
            Event::CurvePoint(point) => self.line(&curve_point(point)),
            Event::ComparingDevices { devices, steps } => {
                let names: Vec<String> = devices.iter().map(ToString::to_string).collect();
                out.say(&format!("{steps} steps on {} in lock-step", names.join(", ")));
            }
            Event::TimingDevice { device, steps } => {
                out.say(&format!("{steps} steps on {device} for time and memory"));
            }
            Event::DeviceTimed(result) => return to_io(tell::device::event(result, out)),
            Event::LrFinderStarts { name, settings } => out.say(&format!(
                "{name}: {} steps on a copy of the model, learning rate from {:e} to {:e}",
                settings.steps, settings.start, settings.end
            )),
            Event::Script(text) => return to_io(out.data(text)),
            Event::WorkerLine(line) => return to_io(out.data(&format!("{line}\n"))),
            _ => {}
        }
        Ok(())
    }

    fn watch(&self, start: &TrainingStart<'_>) -> Option<Box<dyn Callback>> {
        Some(Box::new(Watch::new(self.mode, start, self.out)))
    }
}

/// A reader that has gone is no reason to stop.
fn unless_closed(written: Result<(), Unwritten>) -> io::Result<()> {
    match written {
        Err(error) if error.is_closed_pipe() => Ok(()),
        written => to_io(written),
    }
}

fn to_io(written: Result<(), Unwritten>) -> io::Result<()> {
    written.map_err(|error| error.0)
}

fn path_stage(stage: &PathStage<'_>) -> String {
    let fold = stage.fold.map_or_else(String::new, |[fold, of]| format!("fold {} of {of}, ", fold + 1));
    let did = match stage.did {
        PathStep::Dense { left } => format!("without the penalty: {left} left"),
        PathStep::Searching => "looking for the strength at which nothing is left".to_owned(),
        PathStep::Tried { lambda, left } => format!("  λ {}: {left} left", few_digits(lambda)),
        PathStep::Trained { lambda, left, score } => {
            let score = score.map(|(name, value)| format!(", {name} {}", few_digits(value)));
            format!("λ {}: {left} left{}", few_digits(lambda), score.unwrap_or_default())
        }
    };
    format!("{fold}{did}")
}

fn curve_point(point: &CurveProgress<'_>) -> String {
    let CurveProgress { label, fold, folds, metric, result, .. } = point;
    let place = format!("{label}, fold {} of {folds}", fold + 1);
    match result {
        Ok((score, seconds)) => {
            format!("{place}: {metric} {}, {}", few_digits(*score), human::seconds(*seconds))
        }
        Err(reason) => format!("{place}: {reason}"),
    }
}
