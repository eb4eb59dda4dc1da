//! Who works on a search or a cross-validation.

use std::time::Duration;

use clap::{Args, ValueEnum};
use kiln_experiment::work::{Engine, Team};

use super::duration::duration;
use super::global::Global;
use crate::worker;

/// Who works.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Several machines")]
pub(crate) struct TeamArguments {
    /// What starts the workers, which share the work; this process leads them.
    #[arg(long, value_name = "ENGINE", value_enum)]
    pub(crate) on: Option<EngineName>,
    /// Print what starts the workers, a script or a manifest, and start none.
    #[arg(long, requires = "on")]
    pub(crate) print: bool,
    /// A word for the engine: --partition=long for Slurm, image=kiln:1 for Kubernetes. May be given several times.
    #[arg(long, value_name = "WORD", requires = "on", allow_hyphen_values = true)]
    pub(crate) engine_option: Vec<String>,
    /// Where the workers keep who has what: folder, or postgres://USER@HOST:PORT/DATABASE [default: folder].
    #[arg(long, value_name = "PLACE", requires = "on")]
    pub(crate) store: Option<String>,
    /// How long a worker may be silent before another takes what it has, such as 90s [default: 90s].
    #[arg(long, value_name = "TIME", requires = "on", value_parser = duration)]
    pub(crate) lease: Option<Duration>,
}

/// What starts workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    /// Processes on this machine
    Local,
    /// Tasks of HyperQueue, to be printed
    Hyperqueue,
    /// A job array of Slurm
    Slurm,
    /// An indexed Job of Kubernetes, to be printed
    K8s,
}

impl TeamArguments {
    /// The team of so many workers, if there is one.
    pub(crate) fn team(&self, workers: usize, global: &Global) -> Option<Team> {
        let engine = match self.on? {
            EngineName::Local => Engine::Local,
            EngineName::Hyperqueue => Engine::HyperQueue,
            EngineName::Slurm => Engine::Slurm,
            EngineName::K8s => Engine::Kubernetes,
        };
        Some(Team {
            engine,
            workers,
            threads: global.threads,
            command: worker::command(global, engine == Engine::Local && !self.print),
            options: self.engine_option.clone(),
            print: self.print,
        })
    }
}
