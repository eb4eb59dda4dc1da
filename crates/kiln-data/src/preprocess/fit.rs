//! From what preprocessing is asked to do, and the training part, to what makes batches.

use super::{Fitted, Preprocess, TrainView};
use crate::{DataError, check};

impl Preprocess {
    /// Learns means, standard deviations, categories, columns and components from the training part. Rows count their
    /// weights, and those of weight 0 nothing.
    ///
    /// # Errors
    /// [`DataError::NoValues`] for a table without a value, [`DataError::NotFinite`] for an
    /// infinite number or a missing target, [`DataError::NoItems`] for an empty training part,
    /// [`DataError::Inconsistent`] for a data set whose columns differ in length, [`DataError::Number`] for more columns or
    /// components than there are or a share outside `(0, 1]`, [`DataError::NoVariance`] for components of constant columns,
    /// [`SettingError::NoCategories`] for an encoding by the target of numbers alone, [`DataError::NoInnerFolds`] for one of
    /// a single row, [`SettingError::NeedsTable`] for steps of tables on other inputs, [`SettingError::WhitenAlone`] for `whiten` without
    /// `pca`, [`SettingError::ScaleOff`] and [`SettingError::MinFrequencyOfTarget`] for settings that
    /// contradict each other, [`SettingError::TransformOfClasses`] and [`SettingError::LogOf`] for targets that cannot be transformed so, [`DataError::Weight`] for a weight that is negative or not finite, [`DataError::NoWeight`] where all are 0.
    ///
    /// [`SettingError::TransformOfClasses`]: crate::SettingError::TransformOfClasses
    /// [`SettingError::LogOf`]: crate::SettingError::LogOf
    /// [`SettingError::NoCategories`]: crate::SettingError::NoCategories
    /// [`SettingError::NeedsTable`]: crate::SettingError::NeedsTable
    /// [`SettingError::WhitenAlone`]: crate::SettingError::WhitenAlone
    /// [`SettingError::ScaleOff`]: crate::SettingError::ScaleOff
    /// [`SettingError::MinFrequencyOfTarget`]: crate::SettingError::MinFrequencyOfTarget
    pub fn fit(&self, train: &TrainView<'_>) -> Result<Fitted, DataError> {
        let TrainView { dataset, rows } = *train;
        check::rows(rows, check::dataset(dataset)?)?;
        if rows.is_empty() {
            return Err(DataError::NoItems);
        }
        if let Some(weights) = &dataset.weights {
            check::finite_weights(weights, rows)?;
            if rows.iter().all(|&row| weights[row] == 0.0) {
                return Err(DataError::NoWeight { part: "training", items: rows.len() });
            }
        }
        self.check()?;
        let train = train.targets(self.precision);
        let inputs = dataset.features.fit(&train, self)?;
        let targets = dataset.target.fit(train.fit_rows(), self)?;
        Ok(Fitted::new(inputs, targets, dataset.arrangement.cells.clone()))
    }
}
