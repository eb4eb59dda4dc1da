//! The layers of models that read tables.

use super::{LIMIT, Plan};
use crate::ModelError;

impl Plan {
    /// Columns become others, with so many features and parameters together; `None` for more than can be counted.
    pub(crate) fn embed(
        &mut self,
        name: &str,
        kind: String,
        sizes: Option<(usize, usize)>,
    ) -> Result<(), ModelError> {
        let too_large = || ModelError::TooLarge { layer: name.to_owned(), limit: LIMIT };
        let (features, parameters) = sizes.ok_or_else(too_large)?;
        self.shape = vec![features];
        self.count(name, kind, Some(parameters), parameters as u64)
    }

    /// A factor for each feature.
    pub(crate) fn scale(&mut self) -> Result<(), ModelError> {
        let features = self.shape[0];
        self.count("scale", "scale".to_owned(), Some(features), features as u64)
    }

    /// A layer that heads share, but for their scales and biases.
    pub(crate) fn batch_ensemble(
        &mut self,
        name: &str,
        kind: String,
        outputs: usize,
        heads: usize,
    ) -> Result<(), ModelError> {
        let inputs = self.shape[0];
        self.shape = vec![outputs];
        let weight = inputs.checked_mul(outputs);
        let own = outputs.checked_mul(2).and_then(|own| own.checked_add(inputs)?.checked_mul(heads));
        let parameters = weight.zip(own).and_then(|(weight, own)| weight.checked_add(own));
        self.count(name, kind, parameters, (weight.unwrap_or(0) as u64).saturating_mul(heads as u64))
    }

    /// A linear layer of each head.
    pub(crate) fn heads(&mut self, name: &str, outputs: usize, heads: usize) -> Result<(), ModelError> {
        let inputs = self.shape[0];
        self.shape = vec![outputs];
        let weight = inputs.checked_mul(outputs).and_then(|weight| weight.checked_mul(heads));
        let bias = outputs.checked_mul(heads);
        let parameters = weight.zip(bias).and_then(|(weight, bias)| weight.checked_add(bias));
        self.count(name, "linear".to_owned(), parameters, weight.unwrap_or(0) as u64)
    }
}
