//! The end of a rank that is not the first.

use kiln_experiment::{Event, ExperimentError, Followed, Observer, Session};
use kiln_train::Stop;

use crate::error::CliError;

/// The exit code of a rank that has trained with rank 0. `led`: rank 0, which started it, says what happened.
pub(crate) fn end(
    ended: Result<Followed, ExperimentError>,
    session: &Session,
    led: bool,
    observer: &dyn Observer,
) -> Result<u8, CliError> {
    let followed = match ended {
        Ok(followed) => followed,
        Err(error) if led => return Ok(CliError::from(error).exit_code()),
        Err(error) => return Err(error.into()),
    };
    if let Some(lost) = followed.lost.filter(|_| !led) {
        let text = format!("{lost}; rank 0 has saved the last step that it knows of");
        observer.hear(&Event::Warning(&text)).map_err(CliError::Output)?;
    }
    Ok(match followed.stop {
        Stop::Interrupted => session.interrupt.exit_code().unwrap_or(130),
        _ => 0,
    })
}
