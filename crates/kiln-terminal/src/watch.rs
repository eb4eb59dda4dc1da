//! Shows training as it goes: progress for people, events for programs.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use kiln_experiment::TrainingStart;
use kiln_report::{Event, EventWriter, Mode, Progress, RunPlan};
use kiln_train::{Callback, EpochView, History, StepView, Stop, TrainError};

use crate::output::Output;
use crate::tui::View;

/// The callback that shows training.
#[derive(Debug)]
pub(crate) struct Watch {
    /// What the run is called.
    title: String,
    plan: RunPlan,
    began: Instant,
    shown: Shown,
    out: Output,
}

#[derive(Debug)]
enum Shown {
    /// A bar, lines, or nothing.
    Lines(Box<Progress>),
    /// The view opens with the first step: what is said before stays in the terminal.
    Soon,
    /// Curves.
    View(View),
}

impl Watch {
    pub(crate) fn new(mode: Mode, start: &TrainingStart<'_>, out: Output) -> Self {
        let [train, validation, _] = start.items.map(|items| items as u64);
        let plan = RunPlan {
            epochs: start.epochs,
            steps_per_epoch: start.steps_per_epoch,
            steps: start.steps,
            done: start.done,
            train_items: train,
            validation_items: validation,
            time_limit: start.time_limit.and_then(|limit| Duration::try_from_secs_f64(limit).ok()),
        };
        let shown =
            if mode == Mode::Tui { Shown::Soon } else { Shown::Lines(Box::new(Progress::new(mode, plan))) };
        let title = start.run.file_name().unwrap_or(start.run.as_os_str()).to_string_lossy().into_owned();
        Self { title, plan, began: Instant::now(), shown, out }
    }

    fn open(&mut self, history: &History) {
        // Events would be written across the view.
        let opened = if self.out.json && std::io::IsTerminal::is_terminal(&std::io::stdout()) {
            Err(std::io::Error::other("events are written to the same terminal"))
        } else {
            View::open(&self.title, self.plan, history)
        };
        self.shown = match opened {
            Ok(view) => Shown::View(view),
            Err(error) => {
                self.out.say(&format!("no curves on the terminal: {error}"));
                Shown::Lines(Box::new(Progress::new(Mode::Auto, self.plan)))
            }
        };
    }

    /// Goes on with the bar, where the view was left; `done` steps are behind.
    fn leave(&mut self, done: u64) {
        if matches!(&self.shown, Shown::View(view) if !view.is_open()) {
            let time_limit = self.plan.time_limit.map(|limit| limit.saturating_sub(self.began.elapsed()));
            self.shown =
                Shown::Lines(Box::new(Progress::new(Mode::Bar, RunPlan { done, time_limit, ..self.plan })));
        }
    }
}

impl Callback for Watch {
    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        if matches!(self.shown, Shown::Soon) {
            self.open(history);
        }
        Ok(())
    }

    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        self.leave(view.step.saturating_sub(1));
        match &mut self.shown {
            Shown::Lines(progress) => {
                // Accumulation makes several batches one step.
                let step = view.step.saturating_sub(1) % self.plan.steps_per_epoch.max(1) + 1;
                progress.tick(step, view.items as u64, view.loss);
            }
            Shown::View(shown) => shown.stepped(view),
            Shown::Soon => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        if self.out.json {
            // A reader that has gone is no reason to stop training.
            let _ = EventWriter::stdout().write(&Event::Epoch(view.record.clone()));
        }
        self.leave(view.record.step);
        match &mut self.shown {
            Shown::Lines(progress) => progress.epoch(view.record),
            Shown::View(shown) => shown.epoch(view.record),
            Shown::Soon => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &Stop) -> Result<(), TrainError> {
        match &mut self.shown {
            Shown::Lines(progress) => progress.finish(),
            // Dropped, which gives the terminal back before the result is told.
            shown => *shown = Shown::Soon,
        }
        Ok(())
    }
}
