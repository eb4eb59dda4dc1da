//! Where workers meet.

use std::time::Duration;

use clap::Args;

use super::duration::duration;

/// Where workers meet that nobody leads.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Meeting {
    /// Where the workers keep who has what, if nobody has begun: folder, or postgres://USER@HOST:PORT/DATABASE [default: folder].
    #[arg(long, value_name = "PLACE")]
    pub(crate) store: Option<String>,
    /// How long a worker may be silent before another takes what it has, if nobody has begun [default: 90s].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) lease: Option<Duration>,
}
