//! How a worker works.

use std::time::Duration;

use crate::session::Session;

/// How a worker works on a search or a cross-validation that is shared.
///
/// | field | default |
/// |---|---|
/// | `threads` | those of the process |
/// | `store` | the folder itself |
/// | `lease` | 90 s |
#[derive(Debug, Clone)]
pub struct WorkSettings {
    /// What all experiments share.
    pub session: Session,
    /// Threads that a trial or a fold computes in.
    pub threads: usize,
    /// Where workers keep who has what, where nobody has shared it yet: `folder`, or `postgres://USER@HOST:PORT/DATABASE`.
    pub store: Option<String>,
    /// How long a worker may be silent before another takes what it has, where nobody has shared it yet.
    pub lease: Option<Duration>,
}

impl Default for WorkSettings {
    fn default() -> Self {
        Self { session: Session::default(), threads: rayon::current_num_threads(), store: None, lease: None }
    }
}
