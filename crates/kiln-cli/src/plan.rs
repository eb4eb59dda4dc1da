//! From a checked configuration to the objects that training needs.

use std::sync::Arc;

use kiln_core::{Purpose, Seed};
use kiln_data::{Dataset, Fitted, Preprocess, Split};
use kiln_models::Summary;

use crate::config::Resolved;
use crate::error::CliError;

/// Data that were loaded and split, with preprocessing fitted on the training part.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) split: Split,
    pub(crate) fitted: Arc<Fitted>,
}

impl Prepared {
    /// Loads, splits and fits as the configuration says.
    ///
    /// # Errors
    /// Whatever is wrong with the data, or with the settings that are about them.
    pub(crate) fn new(resolved: &Resolved) -> Result<Self, CliError> {
        let config = &resolved.config;
        let dataset = config.data.load().map_err(|error| resolved.locate(error))?;
        let seed = Seed::new(config.seed).purpose(Purpose::Split);
        let split = Split::new(&dataset, &config.data, seed).map_err(|error| resolved.locate(error))?;
        let preprocess = Preprocess { standardize: config.data.standardize };
        let fitted = preprocess.fit(&split.train_view(&dataset)).map_err(|error| resolved.locate(error))?;
        Ok(Self { dataset: Arc::new(dataset), split, fitted: Arc::new(fitted) })
    }

    /// What the model of the configuration is on these data.
    ///
    /// # Errors
    /// When the model does not fit the data.
    pub(crate) fn summary(&self, resolved: &Resolved) -> Result<Summary, CliError> {
        let summary = resolved.config.model.summary(self.fitted.input_shape(), self.fitted.outputs());
        summary.map_err(|error| resolved.locate(error))
    }
}
