//! Rank 0 and, where it started them, the processes of the others.

use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kiln_ranks::{Meeting, Ranks, RanksError, Tcp};

use super::settings::{HeadPlace, Place, RankSettings};
use crate::error::{ExperimentError, WorkError};
use crate::interrupt::Interrupt;

/// How long ranks wait for each other to come.
const WAIT: Duration = Duration::from_secs(600);
/// How long those that were started here may take to end.
const GRACE: Duration = Duration::from_secs(20);
/// What all ranks are given that belong together.
const KEY: &str = "KILN_RANKS_KEY";

/// What is not as it was, where a run goes on: changes to its configuration, and what of them is allowed by name.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Resumed<'a> {
    pub(crate) overrides: &'a [String],
    pub(crate) allow: &'a [String],
}

/// Rank 0 and, where it started them, the processes of the others, which end with it.
#[derive(Debug)]
pub(crate) struct Crew {
    pub(crate) ranks: Ranks,
    children: Vec<Child>,
}

impl Crew {
    /// Waits until all ranks of the run in `run` are there, and starts them where that is up to it.
    pub(crate) fn gather(
        settings: &RankSettings,
        run: &Path,
        changes: Resumed<'_>,
        interrupt: &Interrupt,
    ) -> Result<Self, ExperimentError> {
        settings.check()?;
        let mut children = Vec::new();
        let ranks = settings.ranks;
        let meeting = match &settings.place {
            Place::Here { program, flags, threads } => {
                let key = drawn();
                let meeting = Meeting::open("127.0.0.1:0", &key)?;
                let address = meeting.address()?.to_string();
                for rank in 1..ranks {
                    let own = [
                        ("--threads", threads.to_string()),
                        ("--rank", rank.to_string()),
                        ("--ranks", ranks.to_string()),
                        ("--head", address.clone()),
                    ];
                    let mut words: Vec<OsString> = vec!["resume".into(), "--led".into()];
                    words.extend(flags.iter().cloned());
                    words.extend(own.into_iter().flat_map(|(name, value)| [name.into(), value.into()]));
                    words.extend(changes.allow.iter().flat_map(|name| ["--allow".into(), name.into()]));
                    words.extend([
                        "--".into(),
                        std::path::absolute(run).unwrap_or_else(|_| run.to_owned()).into(),
                    ]);
                    words.extend(changes.overrides.iter().map(OsString::from));
                    children.push(started(program, &words, &key)?);
                }
                meeting
            }
            Place::Member { head: HeadPlace::Address(address), .. } => Meeting::open(address, &key())?,
            Place::Member { head: HeadPlace::File(file), .. } => {
                let key = drawn();
                let meeting = Meeting::open("0.0.0.0:0", &key)?;
                super::environment_file::write(file, meeting.address()?.port(), &key)?;
                meeting
            }
        };
        let gathered = meeting.gather(ranks, WAIT, &mut || {
            if interrupt.is_set() {
                return Err(RanksError::Stopped);
            }
            match children.iter_mut().zip(1..).find_map(|(child, rank)| Some((rank, ended(child)?))) {
                Some((rank, how)) => Err(RanksError::NeverCame { rank, how }),
                None => Ok(()),
            }
        });
        if let Place::Member { head: HeadPlace::File(file), .. } = &settings.place {
            // All have read it, or none needs it any more.
            let _ = std::fs::remove_file(file);
        }
        match gathered {
            Ok(tcp) => Ok(Self { ranks: Ranks::new(tcp), children }),
            Err(error) => {
                end(&mut children, Duration::ZERO);
                Err(error.into())
            }
        }
    }

    /// What became of a rank that was lost, in words.
    pub(crate) fn told(&mut self, lost: &RanksError) -> String {
        let how = match lost {
            RanksError::Gone { rank } if *rank > 0 => self.children.get_mut(rank - 1).and_then(|child| {
                // Its end of the connection is gone a little before it is.
                thread::sleep(Duration::from_millis(50));
                ended(child)
            }),
            _ => None,
        };
        let how = how.map(|how| format!(": its process {how}")).unwrap_or_default();
        format!("{lost}{how}; the last step is saved, and `kiln resume` goes on with any number of ranks")
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        end(&mut self.children, GRACE);
    }
}

/// Waits for processes, and ends those that take too long.
fn end(children: &mut [Child], grace: Duration) {
    let began = Instant::now();
    for child in children {
        while matches!(child.try_wait(), Ok(None)) && began.elapsed() < grace {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn started(program: &Path, words: &[OsString], key: &str) -> Result<Child, WorkError> {
    let mut command = Command::new(program);
    command.args(words).env(KEY, key).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().map_err(|error| WorkError::NoProgram { program: program.to_owned(), error })
}

/// How a process has ended, if it has.
fn ended(child: &mut Child) -> Option<String> {
    let status = child.try_wait().ok()??;
    Some(match status.code() {
        Some(code) => format!("has ended with code {code}"),
        None => format!("was ended by {status}"),
    })
}

/// What this process was given, to belong to others.
fn key() -> String {
    std::env::var(KEY).unwrap_or_default()
}

/// A key that nobody guesses: what the system seeds its hash tables with.
fn drawn() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

/// Joins as one that others started.
pub(crate) fn join(settings: &RankSettings, interrupt: &Interrupt) -> Result<Ranks, ExperimentError> {
    settings.check()?;
    let (rank, ranks) = (settings.rank(), settings.ranks);
    let mut check = || if interrupt.is_set() { Err(RanksError::Stopped) } else { Ok(()) };
    let Place::Member { head, .. } = &settings.place else {
        return Err(ExperimentError::internal("rank 0 joins nobody"));
    };
    let (address, key) = match head {
        HeadPlace::Address(address) => (address.clone(), key()),
        HeadPlace::File(file) => super::environment_file::read(file, WAIT, &mut check)?,
    };
    Ok(Ranks::new(Tcp::join(&address, &key, rank, ranks, WAIT, &mut check)?))
}
