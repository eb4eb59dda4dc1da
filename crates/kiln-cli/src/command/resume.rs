//! `kiln resume`.

use clap::Args;
use kiln_experiment::cv::resume_cross_validation;
use kiln_experiment::ensemble::{BestSettings, resume_best};
use kiln_experiment::run::{find, is_cross_validation, is_ensemble};
use kiln_experiment::{Changes, Session, follow_run, resume_with};
use kiln_terminal::{Output, tell};
use kiln_train::Stop;

use super::{Accepts, Execute};
use crate::args::{Global, Logs, RankArguments};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::{follow, signal, worker};

/// Continue a run exactly where it stopped.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Resume {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// Changes to its configuration. More epochs, steps or patience need no leave.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// What else may differ from the run so far, a setting or a section, such as schedule or optim.lr.
    #[arg(long, value_name = "NAME")]
    pub(crate) allow: Vec<String>,
    #[command(flatten)]
    pub(crate) ranks: RankArguments,
    #[command(flatten)]
    pub(crate) logs: Logs,
}

const EXAMPLES: &str = "\
Examples:
  kiln resume last
  kiln resume runs/20260102-030405-digits-1a2b
  kiln resume last train.epochs=50                    a finished run goes on to epoch 50
  kiln resume last --ranks 2                          by two processes, however many there were
  kiln resume last optim.lr=1e-4 --allow optim.lr     with a change that is meant";

impl Execute for Resume {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let (ranks, global) = (self.ranks.settings(global), &self.ranks.among(global));
        let path = find(&self.run, &global.runs_dir())?;
        let observer = Terminal::new(global, out).moved(global.data.clone());
        let session = Session { ranks, ..self.logs.among(session(global, signal::listen())) };
        let changes = self.overrides.iter().fold(Changes::new(), |all, set| all.set(set));
        let changes = self.allow.iter().fold(changes, |all, name| all.allow(name));
        if let Some(settings) = session.ranks.as_ref().filter(|settings| settings.rank() > 0) {
            let ended = follow_run(&path, &changes, settings, &session);
            return follow::end(ended, &session, self.ranks.led, &observer);
        }
        let several = is_ensemble(&path)? || is_cross_validation(&path)?;
        if several && session.ranks.is_some() {
            return Err(CliError::RanksOfSeveral);
        }
        if is_ensemble(&path)? {
            if !changes.overrides.is_empty() || !changes.allow.is_empty() {
                return Err(CliError::FixedCv);
            }
            let interrupt = session.interrupt.clone();
            let worker = Some(worker::program(global));
            let settings = BestSettings { session, worker, ..BestSettings::default() };
            let end = resume_best(&path, &settings, &observer)?;
            return Ok(tell::ensemble::end(&end, &interrupt, global.data.as_deref(), out)?);
        }
        if is_cross_validation(&path)? {
            if !changes.overrides.is_empty() || !changes.allow.is_empty() {
                return Err(CliError::FixedCv);
            }
            let program = worker::program(global);
            let end = resume_cross_validation(&path, &session, Some(&program), &observer)?;
            return Ok(tell::cv::end(&end, &session.interrupt, global.data.as_deref(), out)?);
        }
        let resumed = resume_with(&path, &changes, &session, &observer)?;
        match resumed.outcome.stop {
            Stop::Interrupted => Ok(resumed.record.exit_code.unwrap_or(130)),
            _ => Ok(0),
        }
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}
