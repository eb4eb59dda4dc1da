//! What every experiment of a program shares.

use std::path::PathBuf;

use kiln_config::Flags;

use crate::interrupt::Interrupt;
use crate::log::LogKind;

/// What every experiment of a program shares. Nothing here changes a result.
///
/// | field | default |
/// |---|---|
/// | `runs_dir` | `runs` |
/// | `arguments` | none |
/// | `interrupt` | never |
/// | `flags` | none |
/// | `logs` | none |
#[derive(Debug, Clone)]
pub struct Session {
    /// The folder of all runs. It is made when it does not exist.
    pub runs_dir: PathBuf,
    /// What `run.json` says that the run was started with.
    pub arguments: Vec<String>,
    /// What asks the experiment to stop.
    pub interrupt: Interrupt,
    /// Where to compute, on how many threads, and where the data are now: these three win over what a stored run says.
    pub flags: Flags,
    /// Who else reads the metrics of a training run, each in a file of the run's folder. Folds and trials write none.
    pub logs: Vec<LogKind>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            runs_dir: PathBuf::from("runs"),
            arguments: Vec::new(),
            interrupt: Interrupt::default(),
            flags: Flags::default(),
            logs: Vec::new(),
        }
    }
}

impl Session {
    /// The flags that may differ when a stored run goes on.
    pub(crate) fn place(&self) -> Flags {
        Flags {
            device: self.flags.device.clone(),
            threads: self.flags.threads,
            data: self.flags.data.clone(),
            ..Flags::default()
        }
    }
}
