//! Workers that are a job array of Slurm.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::super::crew::Crew;
use super::super::team::{Job, Team, quoted};
use super::ask::ask;
use crate::error::{ExperimentError, RunError, WorkError};

/// How often `squeue` is asked: clusters ask people not to do it often.
const ASK: Duration = Duration::from_secs(15);
/// How long jobs are waited for that were cancelled: a step and a checkpoint.
const GRACE: Duration = Duration::from_secs(60);
/// The name of the script in the folder of what workers share.
const SCRIPT: &str = "workers.sbatch";

/// A job array of Slurm.
#[derive(Debug)]
pub(super) struct Submitted {
    script: PathBuf,
    id: String,
    asked: Instant,
    /// Arrays that ended one after the other without any progress.
    in_vain: usize,
}

/// The script for `sbatch`.
pub(super) fn script(team: &Team, job: &Job<'_>) -> String {
    let (workers, threads) = (team.workers.max(1), team.threads.unwrap_or(1));
    let out = job.folder.join(kiln_work::WORK).join("slurm-%A-%a.out");
    let more: String = team.options.iter().map(|option| format!("#SBATCH {option}\n")).collect();
    let line = team.command.line(job, Some(threads));
    format!(
        "#!/bin/sh
#SBATCH --job-name=kiln
#SBATCH --array=1-{workers}
#SBATCH --cpus-per-task={threads}
# One that is lost with its machine, or has to make room, is started again and goes on.
#SBATCH --requeue
# A minute before its time is over it saves, and gives back what it has.
#SBATCH --signal=B:TERM@60
#SBATCH --output={}
{more}
exec {line}
",
        quoted(&out.display().to_string())
    )
}

impl Submitted {
    pub(super) fn start(team: &Team, job: &Job<'_>) -> Result<Self, ExperimentError> {
        let path = job.folder.join(kiln_work::WORK).join(SCRIPT);
        std::fs::write(&path, script(team, job)).map_err(RunError::io("write", &path))?;
        let mut crew = Self { script: path, id: String::new(), asked: Instant::now(), in_vain: 0 };
        crew.submit()?;
        Ok(crew)
    }

    fn submit(&mut self) -> Result<(), WorkError> {
        let mut command = Command::new("sbatch");
        command.arg("--parsable").arg(&self.script);
        let said = ask(command)?;
        // With several clusters: `1234;cluster`.
        self.id = said.split(';').next().unwrap_or_default().trim().to_owned();
        if self.id.is_empty() || !self.id.chars().all(|c| c.is_ascii_digit()) {
            return Err(WorkError::Refused { program: "sbatch".to_owned(), said });
        }
        Ok(())
    }

    /// How many of its jobs wait or run.
    fn active(&self) -> Result<usize, WorkError> {
        let mut command = Command::new("squeue");
        command.args(["--noheader", "--array", "--format=%T", "--jobs", &self.id]);
        match ask(command) {
            Ok(said) => Ok(said.lines().filter(|state| !state.trim().is_empty()).count()),
            // It has forgotten a job that has ended.
            Err(WorkError::Refused { said, .. }) if said.contains("Invalid job id") => Ok(0),
            Err(error) => Err(error),
        }
    }
}

impl Crew for Submitted {
    fn look(&mut self, progress: bool, left: u64) -> Result<(), ExperimentError> {
        if progress {
            self.in_vain = 0;
        }
        if self.asked.elapsed() < ASK {
            return Ok(());
        }
        self.asked = Instant::now();
        // A controller that does not answer now may answer later; its jobs run on.
        if self.active().is_ok_and(|active| active == 0) {
            self.in_vain += 1;
            if self.in_vain > 3 {
                return Err(WorkError::NobodyLeft { engine: "slurm", left }.into());
            }
            self.submit()?;
        }
        Ok(())
    }

    fn stop(&mut self) {
        let mut cancel = Command::new("scancel");
        // The shell has become the worker, so the signal is for it.
        cancel.args(["--batch", "--signal=TERM", &self.id]);
        let _ = ask(cancel);
        // Those that wait have no process to tell.
        let mut waiting = Command::new("scancel");
        waiting.args(["--state=PENDING", &self.id]);
        let _ = ask(waiting);
        self.end();
    }

    fn end(&mut self) {
        let began = Instant::now();
        while began.elapsed() < GRACE && self.active().is_ok_and(|active| active > 0) {
            std::thread::sleep(Duration::from_secs(1));
        }
    }
}
