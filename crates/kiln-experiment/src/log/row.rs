//! An epoch as a row of a table.

use kiln_core::{EpochRecord, Metrics};

/// The metrics that have a column, of training and of validation: those of the first epoch.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    train: Vec<String>,
    validation: Vec<String>,
}

impl Columns {
    pub(super) fn of(first: &EpochRecord) -> Self {
        let names = |metrics: &Metrics| metrics.iter().map(|(name, _)| name.to_owned()).collect();
        Self {
            train: names(&first.train),
            validation: first.validation.as_ref().map(names).unwrap_or_default(),
        }
    }

    /// `epoch`, `step`, `lr`, `seconds`, and for each metric `train_…` and `validation_…`.
    pub(super) fn names(&self) -> Vec<String> {
        let first = ["epoch", "step", "lr", "seconds"].map(str::to_owned);
        let train = self.train.iter().map(|name| format!("train_{name}"));
        let validation = self.validation.iter().map(|name| format!("validation_{name}"));
        first.into_iter().chain(train).chain(validation).collect()
    }

    /// The metrics of an epoch in the order of their columns, those behind `seconds`; `None` where it has none of that name.
    pub(super) fn metrics<'a>(&'a self, epoch: &'a EpochRecord) -> impl Iterator<Item = Option<f64>> + 'a {
        let train = self.train.iter().map(|name| epoch.train.get(name));
        let validation = self
            .validation
            .iter()
            .map(|name| epoch.validation.as_ref().and_then(|metrics| metrics.get(name)));
        train.chain(validation)
    }
}
