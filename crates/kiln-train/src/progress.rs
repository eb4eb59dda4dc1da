//! How far a training is, on standard error: for programs without a display of their own.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use kiln_core::{EpochRecord, few_digits};

use crate::{Callback, EpochView, History, StepView, Stop, TrainError};

/// The time between two updates of the line on a terminal.
const EVERY: Duration = Duration::from_millis(100);
/// Characters of the line on a terminal: what is longer would not be taken off again.
const WIDTH: usize = 79;

/// Shows a line that moves with the steps, on a terminal, and a line for each epoch that stays.
pub(crate) struct Progress {
    out: Box<dyn Write + Send>,
    terminal: bool,
    /// When this process began to train, and behind which step.
    began: Instant,
    before: Option<u64>,
    drawn: Option<Instant>,
    /// The newest validation's first metric that is not the loss.
    headline: String,
}

impl Progress {
    /// On standard error.
    pub(crate) fn stderr() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = io::stderr().is_terminal() && !dumb;
        Self::new(Box::new(io::stderr()), terminal, Instant::now())
    }

    fn new(out: Box<dyn Write + Send>, terminal: bool, began: Instant) -> Self {
        Self { out, terminal, began, before: None, drawn: None, headline: String::new() }
    }

    /// Writes and forgets what goes wrong: nobody who looks is no reason to stop training.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }

    /// Takes the line that moves off the terminal.
    fn clear(&mut self) {
        if self.drawn.take().is_some() {
            self.write("\r\x1b[K");
        }
    }

    fn step_at(&mut self, now: Instant, view: &StepView) {
        let before = *self.before.get_or_insert(view.step.saturating_sub(1));
        if !self.terminal || self.drawn.is_some_and(|drawn| now.duration_since(drawn) < EVERY) {
            return;
        }
        let done = view.step.saturating_sub(before).max(1);
        let left = view.steps.saturating_sub(view.step) as f64 / done as f64;
        let left = clock(now.duration_since(self.began).as_secs_f64() * left);
        let StepView { epoch, epochs, step, steps, .. } = view;
        let mut line = format!("epoch {epoch}/{epochs}  step {step}/{steps}  ETA {left}");
        if let Some(loss) = view.loss {
            line += &format!("  loss {}", few_digits(loss));
        }
        line += &self.headline;
        let line: String = line.chars().take(WIDTH).collect();
        self.write(&format!("\r{line}\x1b[K"));
        self.drawn = Some(now);
    }

    fn epoch(&mut self, record: &EpochRecord, epochs: u64) {
        self.clear();
        let mut line = format!("epoch {}/{epochs}", record.epoch);
        for (name, value) in record.train.iter() {
            line += &format!("  {name} {}", few_digits(value));
        }
        if let Some(metrics) = record.validation.as_ref().filter(|metrics| !metrics.is_empty()) {
            line += "  validation";
            for (name, value) in metrics.iter() {
                line += &format!(" {name} {}", few_digits(value));
            }
            let other = metrics.other_than_loss();
            self.headline = other
                .map(|(name, value)| format!("  validation {name} {}", few_digits(value)))
                .unwrap_or_default();
            if record.best {
                line += " *";
            }
        }
        self.write(&format!("{line}  {:.1} s\n", record.seconds));
    }
}

/// Seconds as `h:mm:ss`.
fn clock(seconds: f64) -> String {
    // Saturates, so that even a nonsensical estimate is written.
    let whole = seconds.round() as u64;
    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

impl Callback for Progress {
    fn on_passed_over(&mut self, damaged: &TrainError) -> Result<(), TrainError> {
        self.write(&format!("warning: {damaged}; going on without it\n"));
        Ok(())
    }

    fn on_fit_start(&mut self, _: &History) -> Result<(), TrainError> {
        (self.began, self.before) = (Instant::now(), None);
        Ok(())
    }

    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        self.step_at(Instant::now(), view);
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.epoch(view.record, view.epochs);
        Ok(ControlFlow::Continue(()))
    }

    fn on_fit_end(&mut self, _: &History, _: &Stop) -> Result<(), TrainError> {
        self.clear();
        Ok(())
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use kiln_core::Metrics;

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
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    fn view(step: u64) -> StepView {
        StepView {
            epoch: 1 + (step - 1) / 10,
            epochs: 3,
            step,
            steps: 30,
            batch: 1,
            batches: 10,
            items: 8,
            lr: 0.1,
            loss: Some(0.4321),
        }
    }

    fn record() -> EpochRecord {
        EpochRecord {
            epoch: 1,
            train: Metrics::from_iter([("loss", 0.123)]),
            validation: Some(Metrics::from_iter([("loss", 0.098), ("accuracy", 0.97222)])),
            best: true,
            seconds: 1.23,
            ..EpochRecord::default()
        }
    }

    #[test]
    fn a_terminal_shows_a_line_that_moves_and_lines_that_stay() {
        let (out, start) = (Shared::default(), Instant::now());
        let mut progress = Progress::new(Box::new(out.clone()), true, start);
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        // Resumed behind step 4: two steps took two seconds, 24 are left.
        progress.step_at(at(1.0), &view(5));
        out.take();
        progress.step_at(at(1.05), &view(6));
        assert_eq!(out.take(), "", "at most ten times a second");
        progress.step_at(at(2.0), &view(6));
        assert_eq!(out.take(), "\repoch 1/3  step 6/30  ETA 0:00:24  loss 0.4321\x1b[K");
        progress.epoch(&record(), 3);
        let line = "epoch 1/3  loss 0.1230  validation loss 0.0980 accuracy 0.9722 *  1.2 s\n";
        assert_eq!(out.take(), format!("\r\x1b[K{line}"));
        progress.step_at(at(3.0), &view(11));
        assert!(out.take().ends_with("loss 0.4321  validation accuracy 0.9722\x1b[K"));
        drop(progress);
        assert_eq!(out.take(), "\r\x1b[K");
    }

    #[test]
    fn elsewhere_there_is_a_line_an_epoch() {
        let (out, start) = (Shared::default(), Instant::now());
        let mut progress = Progress::new(Box::new(out.clone()), false, start);
        progress.step_at(start + Duration::from_secs(9), &view(10));
        assert_eq!(out.take(), "");
        progress.epoch(&EpochRecord { validation: None, ..record() }, 3);
        drop(progress);
        assert_eq!(out.take(), "epoch 1/3  loss 0.1230  1.2 s\n");
    }

    #[test]
    fn durations_have_hours() {
        assert_eq!([0.4, 59.6, 3725.0].map(clock), ["0:00:00", "0:01:00", "1:02:05"]);
        assert_eq!(clock(f64::NAN), "0:00:00");
    }
}
