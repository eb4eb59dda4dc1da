//! `kiln eval`.

use clap::{Args, ValueEnum};
use kiln_experiment::run::find;
use kiln_experiment::{EvaluateSettings, Interrupt, evaluate};
use kiln_report::{Column, Table, confusion, human, table};

use super::{Accepts, Execute};
use crate::args::{Global, TestTime};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::{Output, fields};

/// Measure a run's best weights on one part of its data.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Eval {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The part of the data to measure on.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) part: Part,
    #[command(flatten)]
    pub(crate) views: TestTime,
}

/// A part of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The items that the weights were fitted to
    Train,
    /// The items that picked the best weights
    Validation,
    /// The items that training did not look at
    #[default]
    Test,
}

impl From<Part> for kiln_experiment::Part {
    fn from(part: Part) -> Self {
        match part {
            Part::Train => Self::Train,
            Part::Validation => Self::Validation,
            Part::Test => Self::Test,
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln eval last
  kiln eval last --part validation --json
  kiln eval last --tta flip,crop=2";

impl Execute for Eval {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        run(self, global, out).map(|()| 0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

fn run(arguments: &Eval, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    let settings = EvaluateSettings {
        session: session(global, Interrupt::default()),
        part: arguments.part.into(),
        views: arguments.views.tta,
    };
    let found = evaluate(&path, &settings, &Terminal::new(global, out))?;
    let part = settings.part.name();
    if out.json {
        return out.event(
            "eval",
            fields! {
                part: part, items: found.items, tta: arguments.views.tta.map(|views| views.to_string()),
                metrics: found.metrics, classes: found.classes, confusion: found.confusion
            },
        );
    }
    let mut facts = Table::new([Column::left("metric"), Column::right(part)]);
    for (name, value) in found.metrics.iter() {
        facts.row([name.to_owned(), human::metric(value)]);
    }
    let mut text = facts.render(table::colour(&std::io::stdout()));
    if let (Some(names), Some(matrix)) = (&found.classes, &found.confusion) {
        text.push_str(&format!("\n{}", confusion(names, matrix)));
    }
    out.data(&text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Command {
        Cli::try_parse_from(line.split(' ')).unwrap().command
    }

    #[test]
    fn eval_measures_on_the_test_part_unless_told_otherwise() {
        let Command::Eval(eval) = parse("kiln eval last") else { panic!() };
        assert_eq!(eval.part, super::Part::Test);
        let Command::Eval(eval) = parse("kiln eval last --part validation") else { panic!() };
        assert_eq!(eval.part, super::Part::Validation);
    }
}
