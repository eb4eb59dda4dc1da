//! Flags that every command takes.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgAction, Args, ValueEnum};
use kiln_config::Flags;
use kiln_report::Mode;

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The device: flex, ndarray, wgpu, wgpu:N, wgpu:cpu, cuda:N, rocm:N, vulkan:N, metal:N, or auto for the fastest.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// The seed of every random draw [default: 0].
    // TOML has no whole numbers above i64::MAX, and the seed is kept in run.toml.
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true,
          value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
    /// Threads of the CPU backend [default: one for each core].
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
    pub(crate) threads: Option<usize>,
    /// Print one JSON object a line on standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How progress is shown.
    #[arg(long, global = true, value_name = "HOW", value_enum, default_value_t)]
    pub(crate) progress: ProgressMode,
    /// The folder of all runs [default: KILN_RUNS_DIR, or else runs].
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) runs_dir: Option<PathBuf>,
    /// The run's name, a part of the name of its folder [default: the recipe's or file's name].
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Say what would be done and try one batch, but write nothing.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// The file or folder with the data: data.path.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) data: Option<PathBuf>,
    /// Print data, warnings and errors only, no words and no progress.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more: the layers of the model before it is trained.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, lines elsewhere
    #[default]
    Auto,
    /// A bar
    Bar,
    /// A line for each epoch
    Plain,
    /// Curves on the whole screen, in a build with the feature `tui`; q goes back to the bar
    Tui,
    /// Nothing
    Off,
}

impl From<ProgressMode> for Mode {
    fn from(mode: ProgressMode) -> Self {
        match mode {
            ProgressMode::Auto => Self::Auto,
            ProgressMode::Bar => Self::Bar,
            ProgressMode::Plain => Self::Plain,
            ProgressMode::Tui => Self::Tui,
            ProgressMode::Off => Self::Off,
        }
    }
}

impl Global {
    /// The folder of all runs: the flag, else `KILN_RUNS_DIR`, else `runs`.
    pub(crate) fn runs_dir(&self) -> PathBuf {
        let variable =
            || std::env::var_os("KILN_RUNS_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
        self.runs_dir.clone().or_else(variable).unwrap_or_else(|| PathBuf::from("runs"))
    }

    /// The flags that stand for settings.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            seed: self.seed,
            device: self.device.clone(),
            threads: self.threads,
            name: self.name.clone(),
            data: self.data.clone(),
            ..Flags::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use clap::error::ErrorKind;

    use super::*;
    use crate::command::Cli;

    fn parse(line: &str) -> Result<Global, ErrorKind> {
        Cli::try_parse_from(line.split(' ')).map(|cli| cli.global).map_err(|error| error.kind())
    }

    #[test]
    fn flags_stand_before_or_behind_the_command() {
        for line in ["kiln --seed 3 train digits", "kiln train digits --seed 3", "kiln train --seed=3 digits"]
        {
            assert_eq!(parse(line).unwrap().seed, Some(3), "{line}");
        }
    }

    #[test]
    fn numbers_are_checked() {
        assert_eq!(parse("kiln devices --seed 9223372036854775807").unwrap().seed, Some(i64::MAX as u64));
        assert_eq!(parse("kiln devices --seed 9223372036854775808").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("kiln devices --seed -1").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("kiln devices --threads 0").unwrap_err(), ErrorKind::ValueValidation);
        assert_eq!(parse("kiln devices --threads 1").unwrap().threads, Some(1));
    }

    #[test]
    fn quiet_and_verbose_exclude_each_other() {
        assert_eq!(parse("kiln devices -vv").unwrap().verbose, 2);
        assert!(parse("kiln devices -q").unwrap().quiet);
        assert_eq!(parse("kiln devices -q -v").unwrap_err(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn progress_has_five_modes() {
        assert_eq!(parse("kiln devices").unwrap().progress, ProgressMode::Auto);
        assert_eq!(parse("kiln devices --progress off").unwrap().progress, ProgressMode::Off);
        assert_eq!(parse("kiln devices --progress tui").unwrap().progress, ProgressMode::Tui);
        assert_eq!(parse("kiln devices --progress fast").unwrap_err(), ErrorKind::InvalidValue);
    }
}
