//! Who works on a search or a cross-validation.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::WorkError;

/// What starts workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Engine {
    /// Processes on this machine.
    Local,
    /// Tasks of HyperQueue, whose line for `hq submit` is printed.
    HyperQueue,
    /// A job array of Slurm: `sbatch`.
    Slurm,
    /// An indexed Job of Kubernetes, which is printed.
    Kubernetes,
}

impl Engine {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::HyperQueue => "hyperqueue",
            Self::Slurm => "slurm",
            Self::Kubernetes => "k8s",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Workers that an engine starts.
#[derive(Debug, Clone)]
pub struct Team {
    /// What starts them.
    pub engine: Engine,
    /// How many of them, at least 1.
    pub workers: usize,
    /// Threads of each. `None`: on this machine its share, elsewhere a core for each.
    pub threads: Option<usize>,
    /// How one is started.
    pub command: WorkerCommand,
    /// Words for the engine itself: `--partition=long` for `sbatch`, `--pin=taskset` for `hq submit`, `image=kiln:1` for Kubernetes.
    pub options: Vec<String>,
    /// Whether the script is shown instead of submitted. Nothing is started.
    pub print: bool,
}

/// How a worker is started: a program that is `kiln`, or takes its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The program, on every machine.
    pub program: PathBuf,
    /// Flags that every worker gets.
    pub flags: Vec<OsString>,
}

impl Team {
    /// Finds out before anything is made whether kiln can start it.
    ///
    /// # Errors
    /// [`WorkError::PrintOnly`].
    pub(crate) fn check(&self) -> Result<(), WorkError> {
        if matches!(self.engine, Engine::HyperQueue | Engine::Kubernetes) && !self.print {
            return Err(WorkError::PrintOnly { engine: self.engine.name() });
        }
        Ok(())
    }
}

/// What is worked on, and how a worker of it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job<'a> {
    /// The command: `tune` or `cv`.
    pub(crate) command: &'static str,
    /// The folder of the search or the cross-validation, an absolute path.
    pub(crate) folder: &'a Path,
}

impl WorkerCommand {
    /// The arguments of a worker. `led`: it stops when its standard input ends.
    pub(crate) fn arguments(&self, job: &Job<'_>, threads: Option<usize>, led: bool) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec![job.command.into(), "work".into()];
        words.extend(self.flags.iter().cloned());
        if let Some(threads) = threads {
            words.extend(["--threads".into(), threads.to_string().into()]);
        }
        if led {
            words.push("--led".into());
        }
        words.extend(["--".into(), job.folder.into()]);
        words
    }

    /// Program and arguments as one line for a shell.
    pub(crate) fn line(&self, job: &Job<'_>, threads: Option<usize>) -> String {
        let words = self.arguments(job, threads, false);
        let words = std::iter::once(self.program.as_os_str()).chain(words.iter().map(OsString::as_os_str));
        words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell takes it for itself.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_called_with_words_that_a_shell_leaves_alone() {
        let command = WorkerCommand { program: "/opt/it's/kiln".into(), flags: vec!["--quiet".into()] };
        let job = Job { command: "tune", folder: Path::new("/runs/a study") };
        assert_eq!(
            command.line(&job, Some(2)),
            r"'/opt/it'\''s/kiln' tune work --quiet --threads 2 -- '/runs/a study'"
        );
        let words = command.arguments(&job, None, true);
        assert_eq!(words[2..], ["--quiet", "--led", "--", "/runs/a study"].map(OsString::from));
    }
}
