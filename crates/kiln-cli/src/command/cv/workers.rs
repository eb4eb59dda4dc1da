//! The processes of the jobs: each trains one fold at a time.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use kiln_core::ErrorKind;

use super::CvError;
use super::work::{Reply, STOP};
use crate::args::{Global, ProgressMode};
use crate::error::CliError;
use crate::output::Output;

/// How often a fold at hand is asked whether it is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Processes that train folds of one run; as many are started as are wanted at once.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    run: &'a Path,
    arguments: Vec<OsString>,
    idle: Mutex<Vec<Worker>>,
    stop: Arc<AtomicBool>,
    out: Output,
    /// The sum over the processes of the most bytes that each has held.
    peak_rss: AtomicU64,
}

impl<'a> Workers<'a> {
    /// For the folds of `run`, each on `threads` threads.
    pub(super) fn new(
        run: &'a Path,
        threads: usize,
        global: &Global,
        stop: &Arc<AtomicBool>,
        out: Output,
    ) -> Self {
        Self {
            run,
            arguments: arguments(run, threads, global),
            idle: Mutex::default(),
            stop: Arc::clone(stop),
            out,
            peak_rss: AtomicU64::new(0),
        }
    }

    /// Trains a fold to its end; whether it came there, or was asked to stop.
    pub(super) fn train(&self, fold: usize) -> Result<bool, CliError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let free = idle().pop();
        let mut worker = match free {
            Some(worker) => worker,
            None => Worker::start(&self.arguments).map_err(|error| CvError::NoWorker { error })?,
        };
        let reply = worker.train(fold, &self.stop, self.out);
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

    /// The most bytes that the processes can have held together.
    pub(super) fn peak_rss(&self) -> u64 {
        self.peak_rss.load(Ordering::Relaxed)
    }
}

/// The command line of a worker: what of this one's changes how a stored run is read and what is said.
fn arguments(run: &Path, threads: usize, global: &Global) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        vec!["cv".into(), "work".into(), "--pool".into(), threads.to_string().into()];
    let mut flag = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            arguments.extend([name.into(), value]);
        }
    };
    flag("--device", global.device.clone().map(OsString::from));
    flag("--threads", global.threads.map(|threads| threads.to_string().into()));
    flag("--data", global.data.clone().map(PathBuf::into_os_string));
    flag("--progress", (global.progress == ProgressMode::Off).then(|| "off".into()));
    for (name, given) in [("--json", global.json), ("--quiet", global.quiet)] {
        if given {
            arguments.push(name.into());
        }
    }
    arguments.extend(["--".into(), run.into()]);
    arguments
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
    fn start(arguments: &[OsString]) -> io::Result<Self> {
        let mut command = program()?;
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, orders, lines, counted: 0 })
    }

    /// Has a fold trained, and passes its events on; `None` when the process has ended.
    fn train(&mut self, fold: usize, stop: &AtomicBool, out: Output) -> Option<Reply> {
        self.say(&fold.to_string())?;
        let mut told = false;
        loop {
            let line = match self.lines.recv_timeout(LOOK) {
                Ok(line) => line,
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    // A signal that came to this process alone.
                    if !told && stop.load(Ordering::Relaxed) {
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
            // A reader that has gone is no reason to stop training.
            let _ = out.data(&format!("{line}\n"));
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

/// This program again.
fn program() -> io::Result<Command> {
    // On Linux the very same file, also when a newer build has taken its place since.
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let own = Path::new("/proc/self/exe");
        if own.exists() {
            let mut command = Command::new(own);
            command.arg0("kiln");
            return Ok(command);
        }
    }
    Ok(Command::new(std::env::current_exe()?))
}
