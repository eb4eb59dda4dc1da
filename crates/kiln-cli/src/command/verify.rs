//! `kiln verify`.

use clap::Args;
use kiln_experiment::run::{CHECKPOINTS, find};
use kiln_report::{Column, Table, human, table};
use kiln_terminal::{Output, fields};
use kiln_train::checkpoint::CheckpointStore;

use super::{Accepts, Execute};
use crate::args::Global;
use crate::error::CliError;

/// Check every checkpoint of a run against its manifest.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
}

const EXAMPLES: &str = "\
Examples:
  kiln verify last";

impl Execute for Verify {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(self, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

fn run(arguments: &Verify, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    let mut checkpoints =
        Table::new([Column::left("checkpoint"), Column::right("size"), Column::left("state")]);
    let mut first_damage = None;
    for found in CheckpointStore::new(path.join(CHECKPOINTS), 1).verify()? {
        let name = found.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes =
            found.result.as_ref().ok().map(|manifest| manifest.files.values().map(|f| f.bytes).sum::<u64>());
        let problem = found.result.as_ref().err().map(ToString::to_string);
        if out.json {
            out.event(
                "checkpoint",
                fields! { checkpoint: name, ok: problem.is_none(), bytes: bytes, problem: problem },
            )?;
        }
        let state = problem.unwrap_or_else(|| "whole".to_owned());
        checkpoints.row([name, bytes.map(human::bytes).unwrap_or_default(), state]);
        first_damage = first_damage.or(found.result.err());
    }
    if !out.json {
        if checkpoints.is_empty() {
            out.say("There is no checkpoint.");
        } else {
            out.data(&checkpoints.render(table::colour(&std::io::stdout())))?;
        }
    }
    match first_damage {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
