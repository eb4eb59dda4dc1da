//! Arguments of the commands that only look.

use clap::Subcommand;

use super::train::ConfigArguments;

/// What to do with data.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum DataCommand {
    /// List the data sets and formats.
    #[command(after_help = "\
Examples:
  kiln data list
  kiln data list --json")]
    List,
    /// Describe a data set: items, columns, classes, missing values.
    #[command(after_help = "\
Examples:
  kiln data info iris
  kiln data info houses.csv data.target=price
  kiln data info fashion-mnist --data ~/data/fashion-mnist")]
    Info(ConfigArguments),
    /// Load, split and preprocess the data of a configuration as training would.
    #[command(after_help = "\
Examples:
  kiln data check digits
  kiln data check my.toml --seed 3")]
    Check(ConfigArguments),
}

/// What to do with a configuration.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting as TOML, with who set it.
    #[command(after_help = "\
Examples:
  kiln config print digits
  kiln config print digits > my.toml
  kiln config print my.toml train.epochs=5 --seed 3")]
    Print(ConfigArguments),
    /// Say whether a configuration is right.
    #[command(after_help = "\
Examples:
  kiln config check my.toml")]
    Check(ConfigArguments),
    /// Print the JSON Schema of a configuration file, with which editors complete and check it.
    ///
    /// It has every section, kind and setting with its type, range, default and description (draft 2020-12).
    #[command(after_help = SCHEMA_HELP)]
    Schema,
}

const SCHEMA_HELP: &str = "\
Examples:
  kiln config schema > kiln.schema.json

Write `#:schema ./kiln.schema.json` in the first line of my.toml. Editors that use taplo (Even Better TOML in VS Code, \
Helix, Neovim) then complete settings, show what they mean, and mark what is wrong.";

/// What to do with runs.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RunsCommand {
    /// List the runs, the newest last.
    #[command(after_help = "\
Examples:
  kiln runs ls
  kiln runs ls --runs-dir elsewhere --json")]
    Ls,
    /// Show a run: its state, its settings, its epochs.
    #[command(after_help = "\
Examples:
  kiln runs show last")]
    Show {
        /// The run: its folder, its name or a part of it, or `last`.
        run: String,
    },
    /// Compare two runs: the settings and metrics in which they differ.
    #[command(after_help = "\
Examples:
  kiln runs diff 20260102-030405-digits-1a2b last")]
    Diff {
        /// The first run.
        a: String,
        /// The second run.
        b: String,
    },
}

pub(super) const DATA_EXAMPLES: &str = "\
Examples:
  kiln data list
  kiln data info iris
  kiln data check digits";

pub(super) const DEVICES_EXAMPLES: &str = "\
Examples:
  kiln devices
  kiln devices --json";

pub(super) const CONFIG_EXAMPLES: &str = "\
Examples:
  kiln config print digits
  kiln config check my.toml";

pub(super) const RUNS_EXAMPLES: &str = "\
Examples:
  kiln runs ls
  kiln runs show last";

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  kiln completions bash > ~/.local/share/bash-completion/completions/kiln
  kiln completions zsh > ~/.zfunc/_kiln";
