//! The command line as text, checked by itself. What it means is decided in [`crate::command`].

mod augment;
mod curve;
mod cv;
mod global;
mod inspect;
mod path;
mod schedule;
mod train;
mod tune;

use clap::{Parser, Subcommand};

pub(crate) use augment::{AugmentCommand, Preview};
pub(crate) use curve::CurveCommand;
pub(crate) use cv::{Cv, CvAction, CvRun};
pub(crate) use global::{Global, ProgressMode};
pub(crate) use inspect::{ConfigCommand, DataCommand, RunsCommand};
pub(crate) use path::PathArguments;
pub(crate) use schedule::{LrFind, Plot, ScheduleCommand};
pub(crate) use train::{Compare, ConfigArguments, Eval, Predict, Resume, Train};
pub(crate) use tune::Tune;

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

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a model from a configuration or a recipe.
    #[command(after_help = train::TRAIN_EXAMPLES)]
    Train(Train),
    /// Cross-validate: train on some folds, judge on the others, and say how sure the result is.
    #[command(args_conflicts_with_subcommands = true, after_help = cv::CV_EXAMPLES)]
    Cv(Cv),
    /// Draw how training and test scores change with the number of items, or with one setting.
    #[command(subcommand, after_help = curve::EXAMPLES)]
    Curve(CurveCommand),
    /// Continue a run exactly where it stopped.
    #[command(after_help = train::RESUME_EXAMPLES)]
    Resume(Resume),
    /// Measure a run's best weights on one part of its data.
    #[command(after_help = train::EVAL_EXAMPLES)]
    Eval(Eval),
    /// Predict for new inputs with a run's best weights.
    #[command(after_help = train::PREDICT_EXAMPLES)]
    Predict(Predict),
    /// Train the same on several devices and compare speed, memory and results.
    #[command(after_help = train::COMPARE_EXAMPLES)]
    Compare(Compare),
    /// Look at the learning rate before training.
    #[command(subcommand, after_help = "Examples:\n  kiln schedule plot digits")]
    Schedule(ScheduleCommand),
    /// Look at augmentation before training.
    #[command(subcommand, after_help = "Examples:\n  kiln augment preview fashion-mnist-resnet -o sheet.png")]
    Augment(AugmentCommand),
    /// Suggest a learning rate, by a range test on a copy of the model.
    #[command(after_help = schedule::LR_FIND_EXAMPLES)]
    LrFind(LrFind),
    /// Fit a model for every strength of its penalty, and pick one by held-out items.
    #[command(after_help = path::EXAMPLES)]
    Path(PathArguments),
    /// Search for the settings that do best on the validation part.
    #[command(after_help = tune::EXAMPLES)]
    Tune(Tune),
    /// List, describe and check data.
    #[command(subcommand, after_help = inspect::DATA_EXAMPLES)]
    Data(DataCommand),
    /// List the devices: which are compiled in, which open, and why the others do not.
    #[command(after_help = inspect::DEVICES_EXAMPLES)]
    Devices,
    /// Print or check a configuration.
    #[command(subcommand, after_help = inspect::CONFIG_EXAMPLES)]
    Config(ConfigCommand),
    /// List, show and compare runs.
    #[command(subcommand, after_help = inspect::RUNS_EXAMPLES)]
    Runs(RunsCommand),
    /// Check every checkpoint of a run against its manifest.
    #[command(after_help = train::VERIFY_EXAMPLES)]
    Verify(Resume),
    /// Print a completion script for a shell.
    #[command(after_help = inspect::COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
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
