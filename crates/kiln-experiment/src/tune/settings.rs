//! How a configuration is searched.

use std::time::Duration;

use kiln_validate::search::{Pruner, Sampler, Tpe};

use crate::session::Session;
use crate::work::Team;

/// Trials of a search, unless the settings say otherwise.
pub const TRIALS: u64 = 50;

/// How a configuration is searched.
///
/// | field | default |
/// |---|---|
/// | `spaces` | those of the section `[tune]` |
/// | `trials` | 50 |
/// | `sampler` | TPE |
/// | `pruner` | none |
/// | `workers` | 1 |
/// | `lag` | 4 |
/// | `timeout` | none |
/// | `team` | this process |
/// | `store` | the folder of the search |
/// | `lease` | 90 s |
#[derive(Debug, Clone)]
pub struct TuneSettings {
    /// What all experiments share.
    pub session: Session,
    /// What varies, as `key=space`: `optim.lr=log(1e-5,1e-1)`. They win over spaces of the section `[tune]`.
    pub spaces: Vec<String>,
    /// Trials in all. `None`: 50, or what a search that goes on had.
    pub trials: Option<u64>,
    /// How values are chosen.
    pub sampler: Sampler,
    /// Which trials to give up early.
    pub pruner: Pruner,
    /// Trials side by side, each with its share of the threads; at most `lag`. It changes no result.
    pub workers: usize,
    /// A trial ignores the results of the `lag − 1` trials just before it, so that up to `lag` can run at once.
    pub lag: usize,
    /// The search stops after this time, and can be resumed.
    pub timeout: Option<Duration>,
    /// Who else works on the search: this process then leads. `None`: this process works, alone unless others have begun to share the search.
    pub team: Option<Team>,
    /// Where workers keep who has which trial: `folder`, or `postgres://USER@HOST:PORT/DATABASE`. What a search was begun with stands.
    pub store: Option<String>,
    /// How long a worker may be silent before its trial is taken by another. What a search was begun with stands.
    pub lease: Option<Duration>,
}

impl Default for TuneSettings {
    fn default() -> Self {
        Self {
            session: Session::default(),
            spaces: Vec::new(),
            trials: None,
            sampler: Sampler::Tpe(Tpe::default()),
            pruner: Pruner::None,
            workers: 1,
            lag: 4,
            timeout: None,
            team: None,
            store: None,
            lease: None,
        }
    }
}
