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
            Mode::Auto | Mode::Bar if terminal => Sink::Bar(bar(&plan)),
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
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use indicatif::ProgressDrawTarget;

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

    fn plan() -> RunPlan {
        RunPlan {
            epochs: 3,
            steps_per_epoch: 10,
            train_items: 1000,
            validation_items: 100,
            ..RunPlan::default()
        }
    }

    fn record(epoch: u64, best: bool) -> EpochRecord {
        EpochRecord {
            seq: epoch - 1,
            epoch,
            step: epoch * 10,
            lr: 0.1,
            train: Metrics::from_iter([("loss", 0.123)]),
            validation: Some(Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222), ("macro_f1", 0.9)])),
            seconds: 1.23,
            best,
        }
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
        let bar = bar(&RunPlan { done: 5, ..plan() });
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let start = Instant::now();
        let mut progress = Progress::start(Sink::Bar(bar.clone()), RunPlan { done: 5, ..plan() }, start);
        assert_eq!(bar.position(), 5);
        progress.tick_at(start + Duration::from_millis(50), 6, 100, None);
        assert_eq!(bar.position(), 5, "a second update within a tenth of a second is not drawn");
        progress.tick_at(start + Duration::from_millis(150), 7, 100, Some(0.5));
        assert_eq!(bar.position(), 7);
        assert_eq!(bar.message(), "epoch 1/3  step 7/10  loss 0.5000  1,000 items/s");
        assert_eq!(bar.prefix(), "ETA 2.4 s");
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
    fn progress_can_move_to_another_thread() {
        fn sendable<T: Send>() {}
        sendable::<Progress>();
    }
}
