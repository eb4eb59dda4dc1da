//! The processes of the jobs: each trains one fold at a time.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use kiln_core::ErrorKind;

use super::orders::{Reply, STOP};
use super::settings::WorkerProgram;
use crate::error::{CvError, ExperimentError};
use crate::interrupt::Interrupt;
use crate::observer::{Event, Observer};

/// How often a running fold is asked whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Processes that train folds of one run; as many are started as are wanted at once.
pub(super) struct Workers<'a> {
    run: &'a Path,
    threads: usize,
    program: &'a WorkerProgram,
    idle: Mutex<Vec<Worker>>,
    interrupt: &'a Interrupt,
    observer: &'a dyn Observer,
    /// The sum over the processes of the most bytes that each has held.
    peak_rss: AtomicU64,
}

impl<'a> Workers<'a> {
    /// For the folds of `run`, each on `threads` threads.
    pub(super) fn new(
        run: &'a Path,
        threads: usize,
        program: &'a WorkerProgram,
        interrupt: &'a Interrupt,
        observer: &'a dyn Observer,
    ) -> Self {
        let (idle, peak_rss) = (Mutex::default(), AtomicU64::new(0));
        Self { run, threads, program, idle, interrupt, observer, peak_rss }
    }

    /// Trains a fold to its end; whether it came there, or was asked to stop.
    pub(super) fn train(&self, fold: usize) -> Result<bool, ExperimentError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let free = idle().pop();
        let mut worker = match free {
            Some(worker) => worker,
            None => self.start().map_err(|error| CvError::NoWorker { error })?,
        };
        let reply = worker.train(fold, self.interrupt, self.observer);
        let reply = reply.ok_or_else(|| CvError::WorkerDied {
            fold,
            run: self.run.to_owned(),
            how: worker.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string()),
        })?;
        let done = match reply {
            Reply::Done { peak_rss_bytes } => {
                worker.count(peak_rss_bytes.unwrap_or(0), &self.peak_rss);
                true
            }
            Reply::Stopped => false,
            Reply::Failed { code, message, help } => {
                return Err(CvError::Fold { code, message, help }.into());
            }
        };
        idle().push(worker);
        Ok(done)
    }

    fn start(&self) -> io::Result<Worker> {
        let mut command = self.program.command(self.run, self.threads)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Worker::new(command.spawn()?)
    }

    /// The most bytes that the processes can have held together.
    pub(super) fn peak_rss(&self) -> u64 {
        self.peak_rss.load(Ordering::Relaxed)
    }
}

/// One process.
#[derive(Debug)]
struct Worker {
    child: Child,
    orders: ChildStdin,
    lines: Receiver<String>,
    /// What of its memory is counted already.
    counted: u64,
}

impl Worker {
    fn new(mut child: Child) -> io::Result<Self> {
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (sender, lines) = channel();
        // Made before its thread: without one it is dropped, which ends the process.
        let worker = Self { child, orders, lines, counted: 0 };
        Builder::new().spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        })?;
        Ok(worker)
    }

    /// Has a fold trained, and passes its events on; `None` when the process has ended.
    fn train(&mut self, fold: usize, interrupt: &Interrupt, observer: &dyn Observer) -> Option<Reply> {
        self.say(&fold.to_string())?;
        let mut told = false;
        loop {
            let line = match self.lines.recv_timeout(LOOK) {
                Ok(line) => line,
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    // A signal that came to this process alone.
                    if !told && interrupt.is_set() {
                        told = true;
                        self.say(STOP)?;
                    }
                    continue;
                }
            };
            if line.starts_with(Reply::START) {
                return Some(serde_json::from_str(&line).unwrap_or_else(|error| Reply::Failed {
                    code: ErrorKind::Internal.exit_code(),
                    message: format!("a job answered {line:?}: {error}"),
                    help: None,
                }));
            }
            // An observer that cannot take it is no reason to stop training.
            let _ = observer.hear(&Event::WorkerLine(&line));
        }
    }

    fn say(&mut self, line: &str) -> Option<()> {
        writeln!(self.orders, "{line}").ok()
    }

    /// Adds to `sum` what its peak has grown by.
    fn count(&mut self, peak: u64, sum: &AtomicU64) {
        sum.fetch_add(peak.saturating_sub(self.counted), Ordering::Relaxed);
        self.counted = self.counted.max(peak);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It waits for a number that will not come; a fold at hand, after a panic here, goes on with `kiln resume`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
