//! Asking the programs that engines are made of.

use std::process::{Command, Stdio};

use crate::error::WorkError;

/// Runs a program to its end, and gives its standard output.
pub(super) fn ask(mut command: Command) -> Result<String, WorkError> {
    let program = command.get_program().to_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| WorkError::NoProgram { program: program.clone().into(), error })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = [text(&output.stderr), text(&output.stdout), output.status.to_string()];
    let said = said.into_iter().find(|said| !said.is_empty()).unwrap_or_default();
    let words = command.get_args().take(1).map(|word| format!(" {}", word.to_string_lossy()));
    let program = program.to_string_lossy().into_owned() + &words.collect::<String>();
    Err(WorkError::Refused { program, said })
}
