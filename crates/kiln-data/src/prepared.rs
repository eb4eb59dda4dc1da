//! From a configuration to parts that can be trained on, in one call.

use std::sync::Arc;

use kiln_core::{Purpose, Seed};

use crate::preprocess::{Fitted, Preprocess};
use crate::{DataConfig, DataError, Dataset, Rows, Split, TextFacts};

/// A data set that was loaded and split, with preprocessing fitted on its training part.
///
/// ```
/// use kiln_core::Seed;
/// use kiln_data::{DataConfig, Prepared, Source};
///
/// let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
/// assert_eq!(digits.train().len() + digits.validation().map_or(0, |v| v.len()) + digits.test().map_or(0, |t| t.len()), 1797);
/// # Ok::<(), kiln_data::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The data as they were read.
    pub dataset: Arc<Dataset>,
    /// Which rows belong to which part.
    pub split: Split,
    /// The preprocessing, fitted on the training part.
    pub fitted: Arc<Fitted>,
}

impl Prepared {
    /// Loads, splits with the run's `seed`, and fits on the training part.
    ///
    /// # Errors
    /// [`DataError`]: data that are missing or malformed, a part that would be empty.
    pub fn load(config: &DataConfig, seed: Seed) -> Result<Self, DataError> {
        Self::new(config.load()?, config, seed)
    }

    /// As [`Prepared::load`], with a data set that is already there.
    ///
    /// # Errors
    /// [`DataError`]: a part that would be empty or in which nothing counts, a column without values.
    pub fn new(dataset: impl Into<Arc<Dataset>>, config: &DataConfig, seed: Seed) -> Result<Self, DataError> {
        let dataset = dataset.into();
        let split = split(&dataset, config, seed)?;
        let fitted = Preprocess::from(config).fit(&split.train_view(&dataset))?;
        Ok(Self { dataset, split, fitted: Arc::new(fitted) })
    }

    /// As [`Prepared::new`], with preprocessing that was fitted before, on the training part of these data with this seed: that of a trained model.
    ///
    /// # Errors
    /// [`DataError`]: a part that would be empty or in which nothing counts.
    pub fn fitted_before(
        dataset: impl Into<Arc<Dataset>>,
        config: &DataConfig,
        seed: Seed,
        fitted: Arc<Fitted>,
    ) -> Result<Self, DataError> {
        let dataset = dataset.into();
        Ok(Self { split: split(&dataset, config, seed)?, dataset, fitted })
    }

    /// With a split of one's own: the preprocessing is fitted on its training part.
    ///
    /// # Errors
    /// As [`Preprocess::fit`].
    pub fn of_split(
        dataset: &Arc<Dataset>,
        split: Split,
        preprocess: &Preprocess,
    ) -> Result<Self, DataError> {
        let fitted = Arc::new(preprocess.fit(&split.train_view(dataset))?);
        Ok(Self { dataset: Arc::clone(dataset), split, fitted })
    }

    /// The training part. Where categories are encoded by the target, its rows are encoded without their own.
    pub fn train(&self) -> Rows {
        Rows::training(Arc::clone(&self.dataset), &self.split, Arc::clone(&self.fitted))
    }

    /// The validation part; `None` when it is empty.
    pub fn validation(&self) -> Option<Rows> {
        Some(&self.split.validation).filter(|rows| !rows.is_empty()).map(|rows| self.rows(rows))
    }

    /// The calibration part; `None` when it is empty.
    pub fn calibration(&self) -> Option<Rows> {
        Some(&self.split.calibration).filter(|rows| !rows.is_empty()).map(|rows| self.rows(rows))
    }

    /// The test part; `None` when it is empty.
    pub fn test(&self) -> Option<Rows> {
        Some(&self.split.test).filter(|rows| !rows.is_empty()).map(|rows| self.rows(rows))
    }

    /// What becomes of the texts of each part that has items: `training`, `validation`, `test`. Empty where the inputs are no texts.
    pub fn text_facts(&self) -> Vec<(&'static str, TextFacts)> {
        let Split { train, validation, test, .. } = &self.split;
        let parts = [("training", train), ("validation", validation), ("test", test)];
        let facts = |(part, rows): (&'static str, &Vec<usize>)| {
            let facts = self.fitted.text_facts(&self.dataset.features, rows)?;
            Some((part, facts)).filter(|_| !rows.is_empty())
        };
        parts.into_iter().filter_map(facts).collect()
    }

    fn rows(&self, rows: &[usize]) -> Rows {
        Rows::new(Arc::clone(&self.dataset), rows.to_vec(), Arc::clone(&self.fitted))
    }
}

/// The parts of a data set, in each of which something counts.
fn split(dataset: &Dataset, config: &DataConfig, seed: Seed) -> Result<Split, DataError> {
    let split = Split::new(dataset, config, seed.purpose(Purpose::Split))?;
    let Split { train, validation, test, .. } = &split;
    for (part, rows) in [("training", train), ("validation", validation), ("test", test)] {
        let counts = |weights: &Vec<f64>| rows.iter().any(|&row| weights[row] > 0.0);
        if !rows.is_empty() && !dataset.weights.as_ref().is_none_or(counts) {
            return Err(DataError::NoWeight { part, items: rows.len() });
        }
    }
    Ok(split)
}
