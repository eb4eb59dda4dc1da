//! What the training of a fold gives.

use super::predictions::PredictionTable;
use super::record::FoldRecord;

/// What the training of a fold gives.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldResult {
    /// How it went.
    pub record: FoldRecord,
    /// What is predicted for the test items.
    pub predictions: Option<PredictionTable>,
}

impl FoldResult {
    /// The same with predictions of the test items.
    #[must_use]
    pub fn predictions(self, predictions: PredictionTable) -> Self {
        Self { predictions: Some(predictions), ..self }
    }

    /// The same, with this many of the fold's training items held out for validation.
    #[must_use]
    pub fn validation_items(mut self, items: usize) -> Self {
        let [train, validation, test] = self.record.items;
        self.record.items = [(train + validation).saturating_sub(items), items, test];
        self
    }
}
