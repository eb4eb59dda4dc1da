//! Processes that share the batches of one training.

use std::ffi::OsString;
use std::num::NonZero;
use std::thread;

use clap::Args;
use kiln_experiment::ranks::{HeadPlace, Place, RankSettings, of_environment};

use super::global::Global;
use crate::worker;

/// Processes that share the shards of each batch (train.shards).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Several processes")]
pub(crate) struct RankArguments {
    /// How many processes share the shards of each batch: started here, unless --head says where they meet [default: 1, or as many as mpirun or srun started].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ranks: Option<u32>,
    /// Which of them this process is, from 0.
    #[arg(long, value_name = "I", requires = "ranks", requires = "head")]
    pub(crate) rank: Option<u32>,
    /// Where rank 0 listens, and the others find it.
    #[arg(long, value_name = "HOST:PORT", requires = "rank")]
    pub(crate) head: Option<String>,
    /// Started by rank 0, which says what happens.
    #[arg(long, hide = true, requires = "rank")]
    pub(crate) led: bool,
}

impl RankArguments {
    /// The ranks, where there are several.
    pub(crate) fn settings(&self, global: &Global) -> Option<RankSettings> {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        match (self.ranks.map(number), self.rank.map(number), &self.head) {
            (None, ..) => {
                let text = |(name, value): (OsString, OsString)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                };
                of_environment(&std::env::vars_os().filter_map(text).collect(), &global.runs_dir())
            }
            (Some(1), None, _) => None,
            (Some(ranks), Some(rank), Some(head)) => {
                let head = HeadPlace::Address(head.clone());
                Some(RankSettings { ranks, place: Place::Member { rank, head } })
            }
            (Some(ranks), ..) => {
                let command = worker::command(global, true);
                let threads = share(global, ranks);
                Some(RankSettings {
                    ranks,
                    place: Place::Here { program: command.program, flags: command.flags, threads },
                })
            }
        }
    }

    /// These flags, with a share of the threads for each process that is started here.
    pub(crate) fn among(&self, global: &Global) -> Global {
        match (self.ranks, &self.head) {
            (Some(ranks), None) if ranks > 1 => {
                Global { threads: Some(share(global, ranks as usize)), ..global.clone() }
            }
            _ => global.clone(),
        }
    }
}

/// The threads of each of so many processes on this machine: what is asked for, else a share of the cores.
fn share(global: &Global, ranks: usize) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    global.threads.unwrap_or_else(|| (cores() / ranks).max(1))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Global;
    use crate::command::{Cli, Command};

    fn settings(line: &str) -> Option<RankSettings> {
        match Cli::try_parse_from(line.split(' ')).ok()?.command {
            Command::Train(train) => train.ranks.settings(&Global::default()),
            Command::Resume(resume) => resume.ranks.settings(&Global::default()),
            _ => None,
        }
    }

    #[test]
    fn ranks_are_here_or_members() {
        assert!(settings("kiln train digits").is_none() && settings("kiln train digits --ranks 1").is_none());
        let here = settings("kiln resume last --ranks 4").unwrap();
        assert!(
            here.ranks == 4 && here.rank() == 0 && matches!(here.place, Place::Here { threads: 1.., .. })
        );
        let member = settings("kiln train digits --ranks 3 --rank 2 --head a:7000").unwrap();
        assert_eq!((member.ranks, member.rank()), (3, 2));
        for wrong in ["--rank 1", "--ranks 2 --rank 1", "--head a:1", "--ranks 0", "--ranks 2 --head a:1"] {
            assert!(Cli::try_parse_from(format!("kiln train digits {wrong}").split(' ')).is_err(), "{wrong}");
        }
    }
}
