//! The fingerprint of the data: a run goes on, and is judged, with the data it was trained on.

use std::path::Path;

use kiln_data::Fingerprint;

use super::record::RunRecord;
use crate::error::RunError;

impl RunRecord {
    /// Refuses data other than those that the run in `folder` was trained on.
    ///
    /// # Errors
    /// [`RunError::DataChanged`].
    pub fn must_be_of(&self, fingerprint: &Fingerprint, folder: &Path) -> Result<(), RunError> {
        match &self.data {
            Some(data) if data.fingerprint != *fingerprint => {
                Err(RunError::DataChanged { name: data.name.clone(), run: folder.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Whether both runs were trained on the same data.
    pub fn same_data(&self, other: &Self) -> bool {
        let fingerprint = |record: &Self| record.data.as_ref().map(|data| data.fingerprint.clone());
        fingerprint(self) == fingerprint(other)
    }
}
