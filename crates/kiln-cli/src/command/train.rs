//! `kiln train`.

use clap::{Args, ValueEnum};
use kiln_config::{Flags, Preset};
use kiln_experiment::cv::{CvSettings, cross_validate};
use kiln_experiment::ensemble::train_best;
use kiln_experiment::{Session, dry_run, follow, start_of, train};
use kiln_terminal::{Output, tell};
use kiln_train::Stop;

use super::Execute;
use crate::args::{Bag, ConfigArguments, Global, Logs, RankArguments, Shortcuts};
use crate::configuration::{configuration_with, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::{follow, signal, worker};

/// Train a model from a configuration or a recipe.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Train {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    #[command(flatten)]
    pub(crate) shortcuts: Shortcuts,
    /// Solve a linear model down to a certificate instead of training it by steps: train.solver.
    #[arg(long, value_enum)]
    pub(crate) solver: Option<Solver>,
    /// Start from the weights of a run, with its model and its preprocessing, or from a file of weights: model.weights.
    #[arg(long, value_name = "RUN|FILE")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) bag: Bag,
    #[command(flatten)]
    pub(crate) ranks: RankArguments,
    #[command(flatten)]
    pub(crate) logs: Logs,
}

/// How a linear model is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Solver {
    /// Accelerated proximal gradient descent, for every loss and penalty that can be solved
    Fista,
    /// Coordinate descent, for the mean squared error
    Cd,
    /// L-BFGS, without an L1 term
    Lbfgs,
}

impl Solver {
    /// The value of `train.solver`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fista => "fista",
            Self::Cd => "cd",
            Self::Lbfgs => "lbfgs",
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln train digits
  kiln train fashion-mnist --seed 1 --name baseline
  kiln train my.toml train.epochs=5 optim.lr=1e-3
  kiln train houses.csv --target price --epochs 50
  kiln train digits optim.kind=sgd optim.lr=0.1 optim.momentum=0.9
  kiln train digits penalty.0.kind=l2 penalty.0.strength=1e-4
  kiln train diabetes model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.1 --solver cd
  kiln train digits --log tensorboard   and then: tensorboard --logdir runs
  kiln train my.toml --from last   fine-tune the newest run
  kiln train houses.csv --target price --bag 8   the mean of eight models
  kiln train houses.csv --target price --preset best   bags of several kinds, weighed
  kiln train tinygpt --data corpus.txt
  kiln train fashion-mnist-resnet train.shards=4 --ranks 4   four processes share each batch
  kiln train digits --dry-run  the plan, the model and one batch; writes nothing
  kiln train digits --json     one JSON object a line on standard output";

impl Execute for Train {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let (ranks, global) = (self.ranks.settings(global), &self.ranks.among(global));
        let from = self.from.as_deref().map(|name| start_of(name, &global.runs_dir())).transpose()?;
        let flags = Flags { solver: self.solver.map(|solver| solver.name()), from, ..global.flags() };
        let resolved = configuration_with(&self.configuration, self.shortcuts.among(flags))?;
        // Not before: a configuration may come through a pipe, and whoever waits for it can be stopped.
        let interrupt = signal::listen();
        let observer = Terminal::new(global, out);
        if global.dry_run {
            let found = dry_run(&resolved, &observer)?;
            tell::dry_run::report(&found, &resolved, out)?;
            return Ok(0);
        }
        let session = Session { ranks, ..self.logs.among(session(global, interrupt)) };
        if session.ranks.is_some() && (self.bag.bag.is_some() || resolved.config.preset == Some(Preset::Best))
        {
            return Err(CliError::RanksOfSeveral);
        }
        if let Some(settings) = session.ranks.as_ref().filter(|settings| settings.rank() > 0) {
            return follow::end(follow(&resolved, settings, &session), &session, false, &observer);
        }
        let interrupt = session.interrupt.clone();
        let worker = Some(worker::program(global));
        if resolved.config.preset == Some(Preset::Best) {
            if !self.logs.log.is_empty() {
                return Err(CliError::LogOfSeveral);
            }
            let end = train_best(&resolved, &self.bag.of_best(session, worker), &observer)?;
            return Ok(tell::ensemble::end(&end, &interrupt, None, out)?);
        }
        if let Some(folds) = self.bag.bag {
            let settings = CvSettings { worker, ..self.bag.settings(folds, session) };
            let end = cross_validate(&resolved, &settings, &observer)?;
            return Ok(tell::cv::end(&end, &interrupt, None, out)?);
        }
        let trained = train(&resolved, &session, &observer)?;
        match trained.outcome.stop {
            Stop::Interrupted => Ok(trained.record.exit_code.unwrap_or(130)),
            _ => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn train_takes_a_configuration_and_changes() {
        let line = "kiln train digits train.epochs=5 optim.lr=0.1 --solver cd";
        let Command::Train(super::Train { configuration, solver, .. }) = parse(line) else { panic!() };
        assert_eq!(solver.map(super::Solver::name), Some("cd"));
        assert_eq!(configuration.config.as_deref(), Some("digits"));
        assert_eq!(configuration.overrides, ["train.epochs=5", "optim.lr=0.1"]);
        let Command::Train(bagged) = parse("kiln train digits --bag 8 --repeats 2 --jobs 2") else {
            panic!()
        };
        assert_eq!((bagged.bag.bag, bagged.bag.repeats, bagged.bag.jobs), (Some(8), Some(2), 2));
        for wrong in ["--bag 1", "--preset better", "--repeats 0", "--bag 4 --log csv", "--bag 4 --dry-run"] {
            let line = format!("kiln train digits {wrong}");
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{wrong}");
        }
        let line = "kiln train houses.csv --target price,rent --epochs 50";
        let Command::Train(super::Train { configuration, shortcuts, .. }) = parse(line) else { panic!() };
        assert_eq!(configuration.config.as_deref(), Some("houses.csv"));
        assert_eq!(
            (shortcuts.target.as_slice(), shortcuts.epochs),
            (&["price", "rent"].map(str::to_owned)[..], Some(50))
        );
    }
}
