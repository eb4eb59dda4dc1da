//! The fingerprint of the data: a run goes on, and is judged, with the data it was trained on.

use std::path::Path;

use kiln_data::{Dataset, Precision};

use super::record::RunRecord;
use crate::error::RunError;

impl RunRecord {
    /// Refuses data other than those that the run in `folder` was trained on. Gives how exactly the run takes their numbers.
    ///
    /// # Errors
    /// [`RunError::DataChanged`].
    pub fn must_be_of(&self, dataset: &Dataset, folder: &Path) -> Result<Precision, RunError> {
        let Some(data) = &self.data else { return Ok(Precision::default()) };
        let changed = || RunError::DataChanged { name: data.name.clone(), run: folder.to_owned() };
        dataset.precision_of(&data.fingerprint).ok_or_else(changed)
    }

    /// Whether both runs were trained on the same data.
    pub fn same_data(&self, other: &Self) -> bool {
        let fingerprint = |record: &Self| record.data.as_ref().map(|data| data.fingerprint.clone());
        fingerprint(self) == fingerprint(other)
    }
}
