//! The path of a configuration.

use kiln_config::Resolved;

use super::report::PathReport;
use super::settings::PathSettings;
use super::solved::solve_path;
use super::trained::train_path;
use crate::auto_device::settled;
use crate::error::ExperimentError;
use crate::observer::Observer;

/// Fits a model for every strength of a penalty, from none to nothing left, and picks one by held-out items. `None` when it
/// was asked to stop. Nothing is written: [`PathReport::save`] does that.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::path::{PathSettings, path};
///
/// let overrides = vec!["model.kind=linear".to_owned()];
/// let resolved =
///     resolve(&Request { config: Some("diabetes".to_owned()), overrides, ..Request::default() })?;
/// let found = path(&resolved, &PathSettings { lambdas: Some(20), ..PathSettings::default() }, &())?;
/// let found = found.expect("nobody stopped it");
/// assert_eq!((found.points.len(), found.points[0].nonzero), (20, 0));
/// assert!(found.curve.one_standard_error() <= found.curve.minimum());
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// [`NoPath`](crate::error::NoPath) for a configuration that has none, and whatever keeps a model from its end.
pub fn path(
    resolved: &Resolved,
    settings: &PathSettings,
    observer: &dyn Observer,
) -> Result<Option<PathReport>, ExperimentError> {
    if resolved.config.model.intercept().is_some() && !settings.by_steps {
        solve_path(resolved, settings, observer).map(Some)
    } else {
        train_path(&*settled(resolved, observer)?, settings, observer)
    }
}
