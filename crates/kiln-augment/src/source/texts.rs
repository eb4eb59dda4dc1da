//! Batches of texts whose tokens are changed.

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Seed;
use kiln_core::device::counts::sent;
use kiln_data::{Batch, DataError, Inputs, Source};

use super::Augmented;
use crate::sequences::changed;
use crate::{AugmentError, TokenTransform};

impl Augmented {
    /// Adds a change of the tokens of texts, after those that are there.
    ///
    /// # Errors
    /// [`AugmentError::Kind`] for anything but texts.
    pub fn tokens(mut self, transform: impl Into<TokenTransform>) -> Result<Self, AugmentError> {
        if self.rows.fitted().tokenizer().is_none() {
            return Err(AugmentError::Kind { name: "transform".to_owned(), needs: "texts" });
        }
        self.tokens.push(transform.into());
        Ok(self)
    }

    /// A batch of items that are no numbers; texts are changed, each by the seed of its item.
    pub(super) fn texts(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<Batch, DataError> {
        let rows = self.rows.of(items)?;
        let (data, fitted) = (self.rows.dataset(), self.rows.fitted());
        let sequences = fitted.token_sequences(&data.features, &rows).filter(|_| !self.tokens.is_empty());
        let Some(sequences) = sequences else { return self.rows.batch(items, device) };
        let change =
            |(tokens, &item): (Vec<u32>, &usize)| changed(&self.tokens, tokens, epoch.at(item as u64));
        let sequences: Vec<Vec<u32>> = sequences.into_iter().zip(items).map(change).collect();
        let weights = fitted.weight_numbers(data, &rows)?;
        Ok(Batch {
            inputs: Inputs::of_sequences(&sequences, device),
            targets: fitted.target_numbers(&data.target, &rows)?.into_targets(device),
            weights: weights
                .map(|weights| Tensor::from_data(sent(TensorData::new(weights, [rows.len()])), device)),
        })
    }
}
