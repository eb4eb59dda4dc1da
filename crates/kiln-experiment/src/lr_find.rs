//! A learning rate to begin with, found on a copy of the model.

use kiln_config::Resolved;
use kiln_core::Weights;
use kiln_train::{LrCurve, LrFinderConfig};

use crate::auto_device::settled;
use crate::error::ExperimentError;
use crate::job::Job;
use crate::observer::{Event, Observer, tell};

/// Trains a copy of the model with a learning rate that rises from step to step.
///
/// The result comes with the hash of the model's weights, which the search must not change.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::find_learning_rate;
/// use kiln_train::LrFinderConfig;
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let settings = LrFinderConfig { steps: 20, ..LrFinderConfig::default() };
/// let (curve, _) = find_learning_rate(&resolved, &settings, &())?;
/// assert!(!curve.points.is_empty());
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Settings out of their range, and whatever keeps a step from its end.
pub fn find_learning_rate(
    resolved: &Resolved,
    settings: &LrFinderConfig,
    observer: &dyn Observer,
) -> Result<(LrCurve, String), ExperimentError> {
    settings.check()?;
    let resolved = &*settled(resolved, observer)?;
    let job = Job::load(resolved)?;
    job.check()?;
    tell(observer, &Event::LrFinderStarts { name: &resolved.label, settings })?;
    let model = job.model()?;
    let before = Weights::of(&model).blake3();
    let found = job.trainer().lr_find(&model, &job.data()?, settings)?;
    if Weights::of(&model).blake3() != before {
        return Err(ExperimentError::internal(
            "the learning-rate finder changed the model that it was given",
        ));
    }
    Ok((found, before))
}
