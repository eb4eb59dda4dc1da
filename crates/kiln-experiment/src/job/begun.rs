//! The job of a run that was begun by an older kiln, which took numbers less exactly.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_data::{Dataset, Fingerprint, Precision, Prepared, Preprocess, Split};

use super::assembly::Job;
use crate::error::{ExperimentError, Locate};

impl<'a> Job<'a> {
    /// As [`Job::of_split`], with numbers taken as exactly as that, and not [started](Job::started).
    pub(crate) fn taken(
        resolved: Cow<'a, Resolved>,
        device: Device,
        dataset: &Arc<Dataset>,
        split: Split,
        precision: Precision,
    ) -> Result<Self, ExperimentError> {
        let preprocess = Preprocess { precision, ..Preprocess::from(&resolved.config.data) };
        let prepared = Prepared::of_split(dataset, split, &preprocess);
        let prepared = prepared.map_err(|error| resolved.locate(error))?;
        Self::assemble(resolved, device, prepared)
    }

    /// The same with numbers taken as exactly as the run takes them that was begun on data with the fingerprint `recorded`. So
    /// it goes on with the bits it would have had. Where those were other data, nothing changes.
    pub(crate) fn begun_on(self, recorded: &Fingerprint) -> Result<Self, ExperimentError> {
        let precision = self.prepared.dataset.precision_of(recorded).unwrap_or_default();
        if precision == Precision::default() {
            return Ok(self);
        }
        let Self { resolved, device, prepared: Prepared { dataset, split, .. }, .. } = self;
        let dataset = Dataset { fingerprint: recorded.clone(), ..Arc::unwrap_or_clone(dataset) };
        Self::taken(resolved, device, &Arc::new(dataset), split, precision)?.started()
    }
}
