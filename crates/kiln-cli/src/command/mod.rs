//! The commands: each is a file with its arguments and what it does, and a line of this list.
//!
//! To add one, write its file: a type that derives `clap::Args` (its documentation is what the help says) and implements
//! [`Execute`]. Register it by its line.

use clap::{Parser, Subcommand};
use kiln_terminal::Output;

use crate::args::Global;
use crate::error::CliError;

/// Train neural networks, and know how well they will do on data they have not seen.
#[derive(Debug, Parser)]
#[command(name = "kiln", version, max_term_width = 100, propagate_version = false)]
#[command(after_help = "\
Start here:
  kiln train digits            train on the digits that are part of the program
  kiln data list               data sets and formats
  kiln config print digits     every setting of a recipe, and who set it

Settings come from, strongest first: flags, key=value arguments, KILN_* environment variables, the \
file or recipe, defaults. Exit codes: 0 done, 1 internal, 2 usage or configuration, 3 data, 4 diverged, 5 checkpoint, \
6 run in use, 7 input or output, 130 and 143 stopped by a signal after saving.")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What a command does.
pub(crate) trait Execute {
    /// Does it, and gives the exit code: 0, or 130 and 143 after a signal.
    ///
    /// # Errors
    /// Whatever keeps the command from its end.
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError>;

    /// The global flags that mean something to it. Default: all.
    fn accepts(&self) -> Accepts {
        Accepts::All
    }
}

/// Which global flags mean something to a command. The others are refused, so that none is passed over without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// All of them.
    All,
    /// Those that stand for settings: not `--dry-run`.
    Settings,
    /// A run's own settings stand. Only where its data are and where it computes may change: not `--dry-run`, `--seed`, `--name`.
    RunsOwn,
}

/// Declares the module of each command and makes the list of them.
macro_rules! registry {
    ($($name:literal => $module:ident::$command:ident),+ $(,)?) => {
        $(mod $module;)+

        /// The commands.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $(
                #[command(name = $name)]
                $command($module::$command),
            )+
        }

        impl Command {
            /// What the user calls it, and what it does.
            fn parts(&self) -> (&'static str, &dyn Execute) {
                match self {
                    $(Self::$command(command) => ($name, command),)+
                }
            }
        }
    };
}

// In the order of the help.
registry! {
    "train" => train::Train,
    "cv" => cv::Cv,
    "curve" => curve::Curve,
    "resume" => resume::Resume,
    "eval" => eval::Eval,
    "explain" => explain::ExplainRun,
    "predict" => predict::Predict,
    "generate" => generate::Generate,
    "importance" => importance::Importance,
    "serve" => serve::Serve,
    "report" => report::Report,
    "watch" => watch::Watch,
    "export" => export::Export,
    "compare" => compare::Compare,
    "schedule" => schedule::Schedule,
    "augment" => augment::Augment,
    "lr-find" => lr_find::LrFind,
    "path" => path::RegularisationPath,
    "tune" => tune::Tune,
    "data" => data::Data,
    "devices" => devices::Devices,
    "config" => config::Config,
    "runs" => runs::Runs,
    "verify" => verify::Verify,
    "completions" => completions::Completions,
}

/// Runs a command and gives back the exit code: 0, or 130 and 143 after a signal.
///
/// # Errors
/// Whatever keeps the command from its end.
pub(crate) fn run(cli: &Cli) -> Result<u8, CliError> {
    let (name, command) = cli.command.parts();
    let (global, accepts) = (&cli.global, command.accepts());
    let refused = [
        ("--dry-run", accepts != Accepts::All && global.dry_run),
        ("--seed", accepts == Accepts::RunsOwn && global.seed.is_some()),
        ("--name", accepts == Accepts::RunsOwn && global.name.is_some()),
    ];
    match refused.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(CliError::Flag { flag, command: name }),
        None => command.run(global, Output { json: global.json, quiet: global.quiet }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_help_with_examples() {
        fn check(command: &mut clap::Command, path: &str) {
            for sub in
                command.get_subcommands_mut().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
            {
                let path = format!("{path} {}", sub.get_name());
                assert!(sub.get_about().is_some(), "{path} says nothing about itself");
                let has_subcommands = sub.has_subcommands();
                let help = sub.render_long_help().to_string();
                assert!(help.contains("Examples:"), "{path} has no examples");
                assert!(help.contains("  kiln "), "{path} has no example");
                if has_subcommands {
                    check(sub, &path);
                }
            }
        }
        check(&mut Cli::command(), "kiln");
    }

    #[test]
    fn examples_in_the_help_are_understood() {
        let mut texts = Vec::new();
        let mut command = Cli::command();
        for sub in command.get_subcommands_mut() {
            texts.push(sub.render_long_help().to_string());
            for deeper in sub.get_subcommands_mut() {
                texts.push(deeper.render_long_help().to_string());
            }
        }
        let mut seen = 0;
        for line in texts.iter().flat_map(|text| text.lines()) {
            let Some(example) = line.strip_prefix("  kiln ") else { continue };
            // What stands behind two spaces explains the example; what stands behind > or | is the shell's.
            let example = example.split("  ").next().unwrap_or(example);
            let words = example.split(' ').take_while(|word| !matches!(*word, ">" | "|"));
            let words = std::iter::once("kiln").chain(words);
            let parsed = Cli::try_parse_from(words.clone());
            assert!(parsed.is_ok(), "{:?}: {}", words.collect::<Vec<_>>(), parsed.unwrap_err());
            seen += 1;
        }
        assert!(seen >= 25, "{seen}");
    }
}
