//! What a person sees while a model trains: a bar on a terminal, plain lines elsewhere. All of it goes to standard
//! error.

use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use kiln_core::{EpochRecord, Metrics};

use crate::epoch::epoch_line;
use crate::pace::Pace;
use crate::sink::{Sink, bar};
use crate::table::dumb_terminal;
use crate::{Mode, RunPlan, human};

/// The time between two updates of the bar.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// The time between two plain lines inside a long epoch.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Shows how far training is. Costs a look at the clock per step; draws at most ten times a second.
pub struct Progress {
    sink: Sink,
    plan: RunPlan,
    pace: Pace,
    every: Duration,
    /// When the last step or epoch was reported.
    reported: Instant,
    drawn: Instant,
    steps: u64,
    items: u64,
    loss: Option<f64>,
    /// The last validation's headline, such as `validation accuracy 0.9722`.
    validation: Option<String>,
}

impl Progress {
    /// Shows the first sign of life at once, on standard error.
    pub fn new(mode: Mode, plan: RunPlan) -> Self {
        let terminal = io::stderr().is_terminal() && !dumb_terminal();
        let sink = match mode {
            Mode::Off => Sink::Off,
            Mode::Auto | Mode::Bar | Mode::Tui if terminal => Sink::Bar(bar(&plan)),
            _ => Sink::Lines(Box::new(io::stderr())),
        };
        Self::start(sink, plan, Instant::now())
    }

    fn start(sink: Sink, plan: RunPlan, now: Instant) -> Self {
        let every = if matches!(sink, Sink::Bar(_)) { BAR_EVERY } else { LINE_EVERY };
        let mut progress = Self {
            sink,
            plan,
            pace: Pace::new(plan),
            every,
            reported: now,
            drawn: now,
            steps: 0,
            items: 0,
            loss: None,
            validation: None,
        };
        progress.say(&plan.to_string());
        progress.draw();
        progress
    }

    /// Whether the next [`tick`](Self::tick) will show something: only then is it worth reading a loss off the device.
    pub fn due(&self) -> bool {
        !matches!(self.sink, Sink::Off) && self.drawn.elapsed() >= self.every
    }

    /// A step is done: `step_in_epoch` counts the steps of the current epoch, from 1; `items` is how many items it
    /// had; `loss` is its loss where that is known.
    pub fn tick(&mut self, step_in_epoch: u64, items: u64, loss: Option<f64>) {
        if !matches!(self.sink, Sink::Off) {
            self.tick_at(Instant::now(), step_in_epoch, items, loss);
        }
    }

    fn tick_at(&mut self, now: Instant, step_in_epoch: u64, items: u64, loss: Option<f64>) {
        self.pace.stepped(step_in_epoch, now.duration_since(self.reported));
        self.reported = now;
        self.steps += 1;
        self.items += items;
        self.loss = loss.or(self.loss);
        if now.duration_since(self.drawn) < self.every {
            return;
        }
        self.drawn = now;
        if !self.draw() {
            let status = self.status(true);
            self.sink.line(&status);
        }
    }

    /// Brings the bar up to date, if there is one.
    fn draw(&self) -> bool {
        let Sink::Bar(bar) = &self.sink else { return false };
        bar.set_message(self.status(false));
        bar.set_prefix(self.eta().unwrap_or_default());
        bar.set_position(self.pace.step());
        true
    }

    /// An epoch is done and validated.
    pub fn epoch(&mut self, record: &EpochRecord) {
        self.epoch_at(Instant::now(), record);
    }

    fn epoch_at(&mut self, now: Instant, record: &EpochRecord) {
        self.pace.epoch_ended(record.epoch, now.duration_since(self.reported));
        (self.reported, self.drawn) = (now, now);
        let headline = record.validation.as_ref().and_then(Metrics::headline);
        self.validation = headline.map(|(name, value)| format!("validation {name} {}", human::metric(value)));
        self.say(&epoch_line(record, self.plan.epochs));
        self.draw();
    }

    /// Shows a line for people, above the bar if there is one; nothing when progress is off.
    pub fn say(&mut self, line: &str) {
        self.sink.line(line);
    }

    /// Takes the bar off the terminal. Dropping does the same.
    pub fn finish(&mut self) {
        if let Sink::Bar(bar) = &self.sink {
            bar.finish_and_clear();
        }
    }

    /// `epoch 3/30  step 120/938  ETA 3 min 05 s  loss 0.4321  validation accuracy 0.8812  5,321 items/s`.
    fn status(&self, eta: bool) -> String {
        let done = self.pace.epoch() * self.plan.steps_per_epoch;
        // Between two epochs the one that is done stays on show.
        let shown = (self.pace.epoch() + 1).min(self.plan.epochs);
        let mut status = format!(
            "epoch {shown}/{}  step {}/{}",
            self.plan.epochs,
            self.pace.step().saturating_sub(done),
            self.plan.steps_per_epoch
        );
        if let Some(left) = self.eta().filter(|_| eta) {
            status += &format!("  {left}");
        }
        if let Some(loss) = self.loss {
            status += &format!("  loss {}", human::metric(loss));
        }
        if let Some(validation) = &self.validation {
            status += &format!("  {validation}");
        }
        if let Some(per_step) = self.pace.seconds_per_step().filter(|_| self.steps > 0) {
            let per_second = self.items as f64 / self.steps as f64 / per_step;
            status += &format!("  {} items/s", human::rate(per_second));
        }
        status
    }
}

impl Progress {
    fn eta(&self) -> Option<String> {
        self.pace.remaining().map(|left| format!("ETA {}", human::duration(left)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("plan", &self.plan).field("status", &self.status(true)).finish()
    }
}

#[cfg(test)]
mod tests;
