//! Data that several trainings have in common.

use std::sync::{Arc, OnceLock};

use kiln_data::{DataConfig, DataError, Dataset};

/// The first data that were loaded, for all who load with the same settings: the trials of a search read a file once.
#[derive(Debug, Default)]
pub(crate) struct SharedData(OnceLock<(DataConfig, Arc<Dataset>)>);

impl SharedData {
    /// The data of `config`, from memory where they are there.
    ///
    /// # Errors
    /// As [`DataConfig::load`].
    pub(crate) fn load(&self, config: &DataConfig) -> Result<Arc<Dataset>, DataError> {
        if let Some((known, dataset)) = self.0.get()
            && known == config
        {
            return Ok(Arc::clone(dataset));
        }
        let dataset = Arc::new(config.load()?);
        // Others are not kept: a search over settings of the data has as many as it has trials.
        let _ = self.0.set((config.clone(), Arc::clone(&dataset)));
        Ok(dataset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_settings_read_once_and_others_read_again() {
        let shared = SharedData::default();
        let iris = shared.load(&DataConfig::new("iris")).unwrap();
        assert!(Arc::ptr_eq(&iris, &shared.load(&DataConfig::new("iris")).unwrap()));
        let wine = shared.load(&DataConfig::new("wine")).unwrap();
        assert_ne!(wine.fingerprint, iris.fingerprint);
        assert!(Arc::ptr_eq(&iris, &shared.load(&DataConfig::new("iris")).unwrap()));
    }
}
