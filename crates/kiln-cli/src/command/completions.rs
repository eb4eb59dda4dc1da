//! `kiln completions SHELL`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use kiln_terminal::Output;

use super::{Cli, Execute};
use crate::args::Global;
use crate::error::CliError;

/// Print a completion script for a shell.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  kiln completions bash > ~/.local/share/bash-completion/completions/kiln
  kiln completions zsh > ~/.zfunc/_kiln";

impl Execute for Completions {
    fn run(&self, _: &Global, out: Output) -> Result<u8, CliError> {
        run(self.shell, out).map(|()| 0)
    }
}

fn run(shell: Shell, out: Output) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kiln", &mut script);
    Ok(out.data(&String::from_utf8_lossy(&script))?)
}
