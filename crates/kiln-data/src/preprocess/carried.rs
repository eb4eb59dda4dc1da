//! Preprocessing that goes with weights: a training that starts from those of another one reads its inputs alike.

use super::{Fitted, TrainView};
use crate::DataError;

impl Fitted {
    /// This preprocessing with the inputs of `start`, and with its targets where they have the same names: what the weights that were
    /// trained with `start` mean. `train` is the training part that this one was fitted on.
    ///
    /// # Errors
    /// [`DataError::Mismatch`] for data with other inputs, [`DataError::NotTheTrainingPart`] where `start` encodes categories by the
    /// target and was fitted on other rows.
    pub fn starting_from(&self, start: &Self, train: &TrainView<'_>) -> Result<Self, DataError> {
        let features = &train.dataset.features;
        if let Some(first) = train.rows.first() {
            let folds = start.folds(train)?;
            start.numbers(features, &[*first], folds.as_ref())?;
        }
        let same = self.output_names() == start.output_names()
            && self.class_names().is_some() == start.class_names().is_some()
            && self.label_names().is_some() == start.label_names().is_some();
        let targets = if same { start.targets.clone() } else { self.targets.clone() };
        Ok(Self { inputs: start.inputs.clone(), targets, cells: self.cells.clone() })
    }
}
