//! The process of one job, which trains the folds whose numbers are sent to it.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::Builder;

use kiln_core::{Explain, memory};

use super::folds::Folds;
use super::orders::{Reply, STOP};
use super::process::{PATIENCE, Whole};
use crate::error::ExperimentError;
use crate::interrupt::Interrupt;
use crate::job::new_pool;
use crate::observer::Observer;
use crate::run::RunRecord;
use crate::session::Session;
use crate::stored::stored;

/// Trains folds of the cross-validation in `path` until nobody wants more, each on `threads` threads: the other end of a
/// [`WorkerProgram`](super::WorkerProgram).
///
/// `lines` gives those of standard input, on a thread of its own, and `reply` writes a line on standard output. `orphaned` is called when `lines`
/// end while a fold is running: the process that asked for it is gone, and so is its hold of the run. It should end the process,
/// because nothing more may be written.
///
/// # Errors
/// A cross-validation that cannot be read, and a reply that cannot be written. What keeps a fold from its end is a reply.
pub fn work<L: Iterator<Item = String>>(
    path: &Path,
    threads: usize,
    session: &Session,
    observer: &dyn Observer,
    lines: impl FnOnce() -> L + Send + 'static,
    mut reply: impl FnMut(&str) -> io::Result<()>,
    orphaned: impl FnOnce() + Send + 'static,
) -> Result<(), ExperimentError> {
    let orders = Orders::listen(&session.interrupt, lines, orphaned)?;
    let resolved = stored(path, session)?;
    RunRecord::read(path)?.must_have_tokenizer(&resolved.config.data, path)?;
    let folds = Folds::of_run(path, &resolved)?;
    let whole = Whole { path, resolved: &resolved, folds: &folds, session, worker: None, observer };
    let runner = whole.runner(folds.study.nested.as_ref(), PATIENCE)?;
    let pool = new_pool(threads)?;
    for fold in &orders.folds {
        let answer = match pool.install(|| runner.run(fold)) {
            Ok(Some(_)) => Reply::Done { peak_rss_bytes: memory::peak_rss() },
            Ok(None) => Reply::Stopped,
            Err(error) => Reply::Failed {
                code: error.kind().exit_code(),
                message: error.one_line(),
                help: error.help(),
            },
        };
        orders.busy.store(false, Ordering::Relaxed);
        let line = serde_json::to_string(&answer).map_err(ExperimentError::internal)?;
        reply(&line).map_err(ExperimentError::Observer)?;
    }
    Ok(())
}

/// What comes on standard input.
struct Orders {
    folds: Receiver<usize>,
    /// Whether a fold is running.
    busy: Arc<AtomicBool>,
}

impl Orders {
    fn listen<L: Iterator<Item = String>>(
        interrupt: &Interrupt,
        lines: impl FnOnce() -> L + Send + 'static,
        orphaned: impl FnOnce() + Send + 'static,
    ) -> Result<Self, ExperimentError> {
        let (sender, folds) = channel();
        let busy = Arc::new(AtomicBool::new(false));
        let (interrupt, at_work) = (interrupt.clone(), Arc::clone(&busy));
        let listener = Builder::new().spawn(move || {
            for line in lines() {
                match line.parse() {
                    Ok(fold) => {
                        at_work.store(true, Ordering::Relaxed);
                        let _ = sender.send(fold);
                    }
                    Err(_) if line == STOP => interrupt.stop(),
                    Err(_) => {}
                }
            }
            if at_work.load(Ordering::Relaxed) {
                orphaned();
            }
        });
        listener.map_err(|error| ExperimentError::Threads { threads: 1, reason: error.to_string() })?;
        Ok(Self { folds, busy })
    }
}
