//! What a person sees while a model trains: a bar on a terminal, plain lines elsewhere. All of it goes to standard
//! error.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::str::FromStr;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pace::{Pace, Plan};
use crate::table::dumb_terminal;
use crate::{Metrics, human};

/// The time between two updates of the bar.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// The time between two plain lines inside a long epoch.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// A bar where standard error is a terminal, else plain lines.
    #[default]
    Auto,
    /// A bar; plain lines where there is no terminal to draw it on.
    Bar,
    /// A line per epoch, and one every five seconds inside long epochs.
    Plain,
    /// Nothing.
    Off,
}

/// A mode that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no progress mode {name:?}, use auto, bar, plain or off")]
pub struct UnknownMode {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(name: &str) -> Result<Self, UnknownMode> {
        match name {
            "auto" => Ok(Self::Auto),
            "bar" => Ok(Self::Bar),
            "plain" => Ok(Self::Plain),
            "off" => Ok(Self::Off),
            _ => Err(UnknownMode { name: name.to_owned() }),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Bar => "bar",
            Self::Plain => "plain",
            Self::Off => "off",
        })
    }
}

/// How an epoch went, as a person is told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EpochRecord {
    /// Epochs finished, from 1.
    pub epoch: u64,
    /// Epochs planned.
    pub epochs: u64,
    /// Optimiser steps since the start of training.
    pub step: u64,
    /// Learning rate of the last step.
    pub lr: f64,
    /// Metrics of the training items.
    pub train: Metrics,
    /// Metrics of the validation items; empty where there are none.
    pub validation: Metrics,
    /// Wall-clock seconds of the epoch.
    pub seconds: f64,
    /// Whether it is the best epoch so far.
    pub best: bool,
}

impl fmt::Display for EpochRecord {
    /// `epoch 3/30  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *`: the loss, the validation loss and
    /// the first other validation metric; `*` marks the best epoch so far.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}/{}", self.epoch, self.epochs)?;
        if let Some(loss) = self.train.get("loss") {
            write!(f, "  loss {}", human::metric(loss))?;
        }
        if !self.validation.is_empty() {
            write!(f, "  validation")?;
            let loss = self.validation.get("loss").map(|loss| ("loss", loss));
            for (name, value) in loss.into_iter().chain(other_than_loss(&self.validation)) {
                write!(f, " {name} {}", human::metric(value))?;
            }
        }
        write!(f, "  {}{}", human::seconds(self.seconds), if self.best { " *" } else { "" })
    }
}

fn other_than_loss(metrics: &Metrics) -> Option<(&str, f64)> {
    metrics.iter().find(|(name, _)| *name != "loss")
}

/// Shows how far training is. Costs a look at the clock per step; draws at most ten times a second.
pub struct Progress {
    sink: Sink,
    plan: Plan,
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

enum Sink {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
    Off,
}

impl Progress {
    /// Shows the first sign of life at once, on standard error.
    pub fn new(mode: Mode, plan: Plan) -> Self {
        let terminal = io::stderr().is_terminal() && !dumb_terminal();
        let sink = match mode {
            Mode::Off => Sink::Off,
            Mode::Auto | Mode::Bar if terminal => Sink::Bar(bar(&plan)),
            _ => Sink::Lines(Box::new(io::stderr())),
        };
        Self::start(sink, plan, Instant::now())
    }

    fn start(sink: Sink, plan: Plan, now: Instant) -> Self {
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
        progress.say(&opening(&plan));
        if let Sink::Bar(bar) = &progress.sink {
            bar.set_message(progress.status());
        }
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
        let status = self.status();
        match &mut self.sink {
            Sink::Bar(bar) => {
                bar.set_message(status);
                bar.set_position(self.pace.step());
            }
            sink => sink.line(&status),
        }
    }

    /// An epoch is done and validated.
    pub fn epoch(&mut self, record: &EpochRecord) {
        self.epoch_at(Instant::now(), record);
    }

    fn epoch_at(&mut self, now: Instant, record: &EpochRecord) {
        self.pace.epoch_ended(record.epoch, now.duration_since(self.reported));
        (self.reported, self.drawn) = (now, now);
        let headline = other_than_loss(&record.validation).or_else(|| record.validation.iter().next());
        self.validation = headline.map(|(name, value)| format!("validation {name} {}", human::metric(value)));
        self.say(&record.to_string());
        if let Sink::Bar(bar) = &self.sink {
            bar.set_message(self.status());
            bar.set_position(self.pace.step());
        }
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
    fn status(&self) -> String {
        let done = self.pace.epoch() * self.plan.steps_per_epoch;
        // Between two epochs the one that is done stays on show.
        let shown = (self.pace.epoch() + 1).min(self.plan.epochs);
        let mut status = format!(
            "epoch {shown}/{}  step {}/{}",
            self.plan.epochs,
            self.pace.step().saturating_sub(done),
            self.plan.steps_per_epoch
        );
        if let Some(left) = self.pace.remaining() {
            status += &format!("  ETA {}", human::duration(left));
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

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("plan", &self.plan).field("status", &self.status()).finish()
    }
}

impl Sink {
    /// Progress that cannot be shown is no reason to stop training, so failures to write are ignored.
    fn line(&mut self, line: &str) {
        match self {
            Self::Bar(bar) => bar.println(line),
            Self::Lines(out) => {
                let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
            }
            Self::Off => {}
        }
    }
}

fn opening(plan: &Plan) -> String {
    let count = |n: u64, one: &str| format!("{} {one}{}", human::count(n), if n == 1 { "" } else { "s" });
    let mut text =
        format!("training: {} of {}", count(plan.epochs, "epoch"), count(plan.steps_per_epoch, "step"));
    if plan.steps.is_some() {
        text += &format!(", at most {}", count(plan.total_steps(), "step"));
    }
    if plan.done > 0 {
        text += &format!(", {} done", human::count(plan.done));
    }
    text
}

/// A bar over the whole run whose spinner turns even while a step takes long.
fn bar(plan: &Plan) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(Some(plan.total_steps()), target);
    // The template is a constant; should it ever be wrong, indicatif's own style is good enough.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:16} {wide_msg}") {
        bar.set_style(style);
    }
    bar.set_position(plan.done);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn plan() -> Plan {
        Plan { epochs: 3, steps_per_epoch: 10, train_items: 1000, validation_items: 100, ..Plan::default() }
    }

    fn record(epoch: u64, best: bool) -> EpochRecord {
        EpochRecord {
            epoch,
            epochs: 3,
            step: epoch * 10,
            lr: 0.1,
            train: Metrics::from_iter([("loss", 0.123)]),
            validation: Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222), ("macro_f1", 0.9)]),
            seconds: 1.23,
            best,
        }
    }

    #[test]
    fn the_line_of_an_epoch() {
        let full = record(3, true);
        assert_eq!(
            full.to_string(),
            "epoch 3/3  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *"
        );
        let bare = EpochRecord { epoch: 1, epochs: 9, seconds: 0.01, ..EpochRecord::default() };
        assert_eq!(bare.to_string(), "epoch 1/9  10 ms");
    }

    #[test]
    fn plain_lines_come_at_the_start_every_five_seconds_and_per_epoch() {
        let (out, start) = (Shared::default(), Instant::now());
        let mut progress = Progress::start(Sink::Lines(Box::new(out.clone())), plan(), start);
        assert_eq!(out.text(), "training: 3 epochs of 10 steps\n");
        let at = |seconds| start + Duration::from_secs(seconds);
        for step in 1..=10 {
            progress.tick_at(at(step), step, 100, (step == 4).then_some(0.5));
        }
        progress.epoch_at(at(12), &record(1, true));
        progress.tick_at(at(13), 1, 100, None);
        progress.tick_at(at(17), 5, 100, Some(0.25));
        let lines = out.text();
        let expected = "\
training: 3 epochs of 10 steps
epoch 1/3  step 5/10  ETA 26.0 s  loss 0.5000  100 items/s
epoch 1/3  step 10/10  ETA 21.0 s  loss 0.5000  100 items/s
epoch 1/3  loss 0.1230  validation loss 0.0980 accuracy 0.9722  1.2 s *
epoch 2/3  step 5/10  ETA 19.0 s  loss 0.2500  validation accuracy 0.9722  100 items/s
";
        assert_eq!(lines, expected);
    }

    #[test]
    fn off_shows_nothing() {
        let mut progress = Progress::new(Mode::Off, plan());
        progress.tick(1, 100, Some(0.5));
        progress.epoch(&record(1, false));
        assert!(!progress.due());
        assert!(matches!(progress.sink, Sink::Off));
    }

    #[test]
    fn a_bar_follows_the_whole_run() {
        let bar = bar(&Plan { done: 5, ..plan() });
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let start = Instant::now();
        let mut progress = Progress::start(Sink::Bar(bar.clone()), Plan { done: 5, ..plan() }, start);
        assert_eq!(bar.position(), 5);
        progress.tick_at(start + Duration::from_millis(50), 6, 100, None);
        assert_eq!(bar.position(), 5, "a second update within a tenth of a second is not drawn");
        progress.tick_at(start + Duration::from_millis(150), 7, 100, Some(0.5));
        assert_eq!(bar.position(), 7);
        assert_eq!(bar.message(), "epoch 1/3  step 7/10  ETA 2.4 s  loss 0.5000  1,000 items/s");
        progress.epoch_at(start + Duration::from_millis(200), &record(1, true));
        assert_eq!(bar.position(), 10);
        drop(progress);
        assert!(bar.is_finished());
    }

    #[test]
    fn a_writer_that_fails_stops_nothing() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        let start = Instant::now();
        let mut progress = Progress::start(Sink::Lines(Box::new(Gone)), plan(), start);
        progress.tick_at(start + LINE_EVERY, 1, 1, None);
        progress.say("still here");
        assert_eq!(progress.pace.step(), 1);
    }

    #[test]
    fn the_opening_says_what_is_limited_and_what_is_done() {
        let plan = Plan { epochs: 1, steps_per_epoch: 1200, steps: Some(1000), done: 20, ..Plan::default() };
        assert_eq!(opening(&plan), "training: 1 epoch of 1,200 steps, at most 1,000 steps, 20 done");
    }

    #[test]
    fn modes_are_read_and_printed() {
        for mode in [Mode::Auto, Mode::Bar, Mode::Plain, Mode::Off] {
            assert_eq!(mode.to_string().parse(), Ok(mode));
        }
        assert_eq!(
            "fancy".parse::<Mode>().unwrap_err().to_string(),
            "there is no progress mode \"fancy\", use auto, bar, plain or off"
        );
    }

    #[test]
    fn progress_can_move_to_another_thread() {
        fn sendable<T: Send>() {}
        sendable::<Progress>();
    }
}
