//! A configuration with what follows from its data.

use kiln_config::Resolved;

use super::assembly::Job;
use crate::error::ExperimentError;

/// The configuration with everything filled in that [follows from the size of the data](Resolved::sized). Reads the data where
/// anything does.
///
/// ```
/// use kiln_config::{Request, resolve};
///
/// let overrides = vec!["data.source=iris".to_owned()];
/// let resolved = kiln_experiment::job::sized(resolve(&Request { overrides, ..Request::default() })?)?;
/// assert_eq!(resolved.set_by("train.epochs"), "default for 96 training items");
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// As [`Job::load`].
pub fn sized(resolved: Resolved) -> Result<Resolved, ExperimentError> {
    if resolved.open().is_empty() {
        return Ok(resolved);
    }
    Ok(Job::loaded(&resolved)?.resolved.into_owned())
}
