//! `kiln cv work RUN`: the process of one job, which trains the folds whose numbers come on standard input.
//!
//! Folds in threads of one process would wait for each other: burn-autodiff keeps the graphs of all threads behind one
//! lock, and two small models side by side take as long as one and a half times one after the other.

use std::io::stdin;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{process, thread};

use kiln_core::Explain;
use kiln_report::memory;
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};

use super::Whole;
use crate::args::Global;
use crate::error::CliError;
use crate::output::Output;
use crate::render;
use crate::signal::Signals;

/// What is said instead of a number, to end the fold at hand early.
pub(super) const STOP: &str = "stop";

/// How long a fold is waited for that an earlier process still holds: one that was killed leaves its workers a moment.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What is answered for a fold, after its events, as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "lowercase")]
pub(super) enum Reply {
    /// Its record is there.
    Done { peak_rss_bytes: Option<u64> },
    /// It was asked to stop.
    Stopped,
    /// What kept the fold from its end.
    Failed { code: u8, message: String, help: Option<String> },
}

impl Reply {
    /// How the line of a reply begins; no event does.
    pub(super) const START: &str = r#"{"reply":"#;
}

/// Trains folds of `path` until nobody wants more, each on `threads` threads.
pub(super) fn work(path: &Path, threads: usize, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let orders = Orders::listen(&signals.stop);
    let resolved = super::train::stored(path, global)?;
    let folds = super::Folds::of_run(path, &resolved)?;
    let whole = Whole { path, resolved: &resolved, folds: &folds, signals, global, out };
    let nested = super::Study::read(path)?.nested;
    let runner = whole.runner(nested.as_ref(), PATIENCE)?;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(CliError::internal)?;
    for fold in &orders.folds {
        let reply = match pool.install(|| runner.run(fold)) {
            Ok(Some(_)) => Reply::Done { peak_rss_bytes: memory::peak_rss() },
            Ok(None) => Reply::Stopped,
            Err(error) => Reply::Failed {
                code: error.kind().exit_code(),
                message: render::one_line(&error),
                help: error.help(),
            },
        };
        orders.busy.store(false, Ordering::Relaxed);
        out.data(&format!("{}\n", serde_json::to_string(&reply).map_err(CliError::internal)?))?;
    }
    Ok(0)
}

/// What comes on standard input.
struct Orders {
    folds: Receiver<usize>,
    /// Whether a fold is at hand.
    busy: Arc<AtomicBool>,
}

impl Orders {
    fn listen(stop: &Arc<AtomicBool>) -> Self {
        let (sender, folds) = channel();
        let busy = Arc::new(AtomicBool::new(false));
        let (stop, at_work) = (Arc::clone(stop), Arc::clone(&busy));
        thread::spawn(move || {
            for line in stdin().lines().map_while(Result::ok) {
                match line.parse() {
                    Ok(fold) => {
                        at_work.store(true, Ordering::Relaxed);
                        let _ = sender.send(fold);
                    }
                    Err(_) => stop.store(line == STOP, Ordering::Relaxed),
                }
            }
            // Whoever asked for the fold is gone, and so is its hold of the run: nothing more may be written.
            if at_work.load(Ordering::Relaxed) {
                process::exit(1);
            }
        });
        Self { folds, busy }
    }
}
