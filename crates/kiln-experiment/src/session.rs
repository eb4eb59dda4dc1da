//! What every experiment of a program shares.

use std::path::PathBuf;

use kiln_config::{Flags, Resolved};

use crate::error::{ExperimentError, Locate, LogError};
use crate::interrupt::Interrupt;
use crate::log::{LogKind, MlFlowConfig};
use crate::ranks::RankSettings;

/// What every experiment of a program shares. Nothing here changes a result.
///
/// | field | default |
/// |---|---|
/// | `runs_dir` | `runs` |
/// | `arguments` | none |
/// | `interrupt` | never |
/// | `flags` | none |
/// | `logs` | none |
/// | `ranks` | one |
/// | `mlflow` | `http://127.0.0.1:5000`, experiment `Default` |
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
    /// Who else reads the metrics of a training run. Folds and trials write none.
    pub logs: Vec<LogKind>,
    /// The server of [`LogKind::MlFlow`].
    pub mlflow: MlFlowConfig,
    /// The ranks that a training run is shared among, of which this is the first: for the others see [`crate::follow`].
    pub ranks: Option<RankSettings>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            runs_dir: PathBuf::from("runs"),
            arguments: Vec::new(),
            interrupt: Interrupt::default(),
            flags: Flags::default(),
            logs: Vec::new(),
            mlflow: MlFlowConfig::default(),
            ranks: None,
        }
    }
}

impl Session {
    /// Whether this build can write all that is asked for.
    pub(crate) fn check_logs(&self) -> Result<(), LogError> {
        if self.logs.contains(&LogKind::MlFlow) { self.mlflow.check() } else { Ok(()) }
    }

    /// Whether there is a shard for every rank.
    pub(crate) fn check_ranks(&self, resolved: &Resolved) -> Result<(), ExperimentError> {
        let shards = resolved.config.train.shards;
        let fits = self.ranks.as_ref().map_or(Ok(()), |ranks| ranks.fits(shards));
        fits.map_err(|error| resolved.locate(error))
    }

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
