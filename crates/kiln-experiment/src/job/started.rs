//! A job whose model starts from weights.

use std::sync::Arc;

use kiln_data::Prepared;

use super::assembly::Job;
use crate::error::{ExperimentError, Locate};
use crate::observer::{Event, Observer, tell};
use crate::warm_start::StartWeights;

impl Job<'_> {
    /// The same with the weights that the configuration starts from, if it names some: those of a run bring their preprocessing. The
    /// configuration then says which weights they are, so that nothing goes on with others.
    ///
    /// # Errors
    /// Weights that cannot be read, or are not those of the model.
    pub(crate) fn started(self) -> Result<Self, ExperimentError> {
        let settings = &self.config().model;
        let weights = StartWeights::of(settings).map_err(|error| self.resolved.locate(error))?;
        let Some(weights) = weights else { return Ok(self) };
        let carried = weights.carried(&self.prepared).map_err(|error| self.resolved.locate(error))?;
        let mut job = match carried {
            Some(fitted) => {
                let Self { resolved, device, prepared, .. } = self;
                Self::assemble(resolved, device, Prepared { fitted: Arc::new(fitted), ..prepared })?
            }
            None => self,
        };
        let network = job.blueprint.plain(&job.resolved, &job.device.clone().inner())?;
        let started = weights.fit(&network, &job.config().model, &job.prepared);
        job.start = Some(Arc::new(started.map_err(|error| job.resolved.locate(error))?));
        let pinned = job.resolved.started_from(&weights.blake3);
        *job.resolved.to_mut() = pinned;
        Ok(job)
    }

    /// Says what the model starts from, and what may be wrong with it.
    pub(crate) fn tell_of_start(&self, observer: &dyn Observer) -> Result<(), ExperimentError> {
        let Some(start) = &self.start else { return Ok(()) };
        for line in &start.told {
            tell(observer, &Event::StartsFrom(line))?;
        }
        start.warnings.iter().try_for_each(|warning| tell(observer, &Event::Warning(warning)))
    }
}
