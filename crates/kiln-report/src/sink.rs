//! Where progress goes.

use std::io::Write;
use std::thread::Builder;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::RunPlan;

pub(crate) enum Sink {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
    Off,
}

impl Sink {
    /// Prints a line. Progress that cannot be shown is no reason to stop training, so failures to write are ignored.
    pub(crate) fn line(&mut self, line: &str) {
        match self {
            Self::Bar(bar) => bar.println(line),
            Self::Lines(out) => {
                let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
            }
            Self::Off => {}
        }
    }
}

/// A bar over the whole run whose spinner turns even while a step takes long, and below it where training stands: on
/// one line they would not fit the 80 columns of a usual terminal.
pub(crate) fn bar(plan: &RunPlan) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(Some(plan.total_steps()), target);
    // The template is a constant; should it ever be wrong, indicatif's own style is good enough.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_bar} {prefix}\n{wide_msg}") {
        bar.set_style(style);
    }
    bar.set_position(plan.done);
    // indicatif panics where the system gives no thread. Without one the spinner turns with the steps.
    if Builder::new().spawn(|| ()).is_ok_and(|thread| thread.join().is_ok()) {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}
