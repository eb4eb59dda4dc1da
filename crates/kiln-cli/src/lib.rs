//! The command kiln: arguments, experiments, words, exit codes.
//!
//! Arguments are text that is checked by itself (clap), a configuration is read in layers and checked once
//! ([`kiln_config`]), and each command is one file (`command`), which calls [`kiln_experiment`] and prints what comes back
//! ([`kiln_terminal`]). Data goes to standard output, words to standard error, and the exit code says what kind of failure it was
//! ([`kiln_core::ErrorKind`]).

mod args;
mod bug;
mod command;
mod configuration;
mod error;
mod follow;
mod observe;
mod picture;
mod render;
mod signal;
mod unknown_flag;
mod worker;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
pub use kiln_config::RunConfig;
use kiln_report::visible::{visible, visible_but_styled};
use kiln_terminal::failure;

/// Runs the command with the arguments of the process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Runs the command line `arguments`, which begin with the name of the program, and gives back the exit code.
///
/// `cv --jobs` starts the program again for each job, and so the program should be one whose arguments come here.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    bug::keep_quiet();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let cli = match command::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, json),
    };
    match bug::catch(|| command::run(&cli)) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) if error.is_closed_pipe() => 0,
        Ok(Err(error)) => {
            render::report(&error, cli.global.json);
            error.exit_code()
        }
        Err(bug) => {
            if cli.global.json {
                failure(1, bug.clone(), Some(bug::HELP.to_owned()));
            }
            let text = format!("  × {bug}\n  help: {}\n", bug::HELP);
            let _ = io::stderr().write_all(visible(&text).as_bytes());
            1
        }
    }
}

/// Help and version are no errors; everything else clap says is a wrong use.
fn usage(error: &clap::Error, json: bool) -> u8 {
    let text = error.render();
    if !error.use_stderr() {
        let colour = io::IsTerminal::is_terminal(&io::stdout()) && std::env::var_os("NO_COLOR").is_none();
        let text = if colour { text.ansi().to_string() } else { text.to_string() };
        let _ = io::stdout().write_all(visible_but_styled(&text).as_bytes());
        return 0;
    }
    let help = unknown_flag::help(error);
    if json {
        let message = text.to_string();
        let first = message.lines().next().unwrap_or_default();
        failure(2, first.trim_start_matches("error: ").to_owned(), help.clone());
    }
    let text = if render::colour() { text.ansi().to_string() } else { text.to_string() };
    let help = help.map_or_else(String::new, |help| format!("  help: {help}\n"));
    let _ = io::stderr().write_all(visible_but_styled(&format!("{text}{help}")).as_bytes());
    2
}
