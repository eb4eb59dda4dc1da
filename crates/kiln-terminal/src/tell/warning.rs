//! What may be wrong while a command goes on: said whatever is hidden otherwise, and an event for programs.

use std::path::Path;

use kiln_report::EventWriter;
use kiln_report::event::{Event, Warning};
use kiln_train::TrainError;

use crate::output::{Output, Unwritten};

/// A warning in words.
pub fn warn(message: &str, out: Output) -> Result<(), Unwritten> {
    emit(Warning { message: message.to_owned(), checkpoint: None, used: None }, out)
}

/// A damaged checkpoint that nothing is read from.
pub fn passed_over(
    error: &TrainError,
    used: Option<&Path>,
    then: &str,
    out: Output,
) -> Result<(), Unwritten> {
    let checkpoint = match error {
        TrainError::Damaged { path, .. } => Some(name(path)),
        _ => None,
    };
    emit(Warning { message: format!("{error}; {then}"), checkpoint, used: used.map(name) }, out)
}

fn emit(warning: Warning, out: Output) -> Result<(), Unwritten> {
    out.insist(&format!("warning: {}", warning.message));
    if !out.json {
        return Ok(());
    }
    Ok(EventWriter::stdout().write(&Event::Warning(warning))?)
}

/// The name of the folder of a checkpoint.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
