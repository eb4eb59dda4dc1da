//! Workers that are processes of this machine.

use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kiln_core::ErrorKind;

use super::super::crew::Crew;
use super::super::team::{Job, Team};
use crate::error::{ExperimentError, WorkError};

/// How many may be lost one after the other without any progress.
const MOST_LOST: usize = 20;
/// How long one is waited for that was asked to stop: a step and a checkpoint.
const GRACE: Duration = Duration::from_secs(60);

/// Processes of this machine. They stop when this value, and with it their standard input, is gone.
#[derive(Debug)]
pub(super) struct Processes {
    program: std::path::PathBuf,
    arguments: Vec<std::ffi::OsString>,
    workers: Vec<Worker>,
    lost: usize,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    /// Its end is the sign to stop.
    input: Option<ChildStdin>,
}

/// A line for a shell that starts them.
pub(super) fn line(team: &Team, job: &Job<'_>) -> String {
    let (line, workers) = (team.command.line(job, threads(team)), team.workers);
    format!("for worker in $(seq {workers}); do\n  {line} &\ndone\nwait\n")
}

/// The share of each.
fn threads(team: &Team) -> Option<usize> {
    team.threads.or_else(|| Some((rayon::current_num_threads() / team.workers.max(1)).max(1)))
}

impl Processes {
    pub(super) fn start(team: &Team, job: &Job<'_>) -> Result<Self, WorkError> {
        let arguments = team.command.arguments(job, threads(team), true);
        let mut crew =
            Self { program: team.command.program.clone(), arguments, workers: Vec::new(), lost: 0 };
        for _ in 0..team.workers.max(1) {
            let worker = crew.spawn()?;
            crew.workers.push(worker);
        }
        Ok(crew)
    }

    fn spawn(&self) -> Result<Worker, WorkError> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::null());
        let spawned = command.spawn();
        let mut child =
            spawned.map_err(|error| WorkError::NoProgram { program: self.program.clone(), error })?;
        let input = child.stdin.take();
        Ok(Worker { child, input })
    }

    /// Waits until all have ended, and ends those that take too long.
    fn wait(&mut self, grace: Duration) {
        let began = Instant::now();
        for worker in &mut self.workers {
            while matches!(worker.child.try_wait(), Ok(None)) && began.elapsed() < grace {
                thread::sleep(Duration::from_millis(10));
            }
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
        self.workers.clear();
    }
}

impl Crew for Processes {
    fn look(&mut self, progress: bool, _: u64) -> Result<(), ExperimentError> {
        if progress {
            self.lost = 0;
        }
        for place in 0..self.workers.len() {
            let Ok(Some(status)) = self.workers[place].child.try_wait() else { continue };
            if status.success() {
                // It has seen the end before the head did; a worker that is started in vain sees it, too.
            } else if let Some(kind) = own_error(status) {
                return Err(WorkError::Failed { how: status.to_string(), kind }.into());
            } else {
                self.lost += 1;
                if self.lost > MOST_LOST {
                    return Err(WorkError::Lost { times: self.lost, how: status.to_string() }.into());
                }
            }
            self.workers[place] = self.spawn()?;
        }
        Ok(())
    }

    fn stop(&mut self) {
        for worker in &mut self.workers {
            worker.input = None;
        }
        self.wait(GRACE);
    }

    fn end(&mut self) {
        self.wait(GRACE);
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The kind of error that a worker ended with; `None` for one that was ended from outside.
fn own_error(status: ExitStatus) -> Option<ErrorKind> {
    use ErrorKind::{Busy, Checkpoint, Data, Diverged, Internal, Io, Usage};
    let code = status.code()?;
    let kinds = [Internal, Usage, Data, Diverged, Checkpoint, Busy, Io];
    // 130 and 143: a signal that was heard.
    kinds.into_iter().find(|kind| i32::from(kind.exit_code()) == code)
}
