//! The layers of models that read tokens.

use kiln_data::{InputShape, TokenShape};

use super::Plan;
use crate::{ModelError, Summary};

impl Plan {
    /// For a model that reads tokens, with their shape.
    pub(crate) fn of_tokens(
        input: &InputShape,
        model: &'static str,
        outputs: usize,
    ) -> Result<(Self, TokenShape), ModelError> {
        let shape =
            input.as_tokens().ok_or_else(|| ModelError::NeedsTokens { model, found: input.words() })?;
        if outputs == 0 {
            return Err(ModelError::NoOutputs);
        }
        let summary = Summary { layers: Vec::new(), parameters: 0, multiply_adds: 0 };
        Ok((Self { input: input.clone(), shape: vec![shape.longest], summary, parts: (Some(0), 0) }, shape))
    }

    /// A vector for each of so many ids; its width is the last number of `output`. Nothing is multiplied.
    pub(crate) fn token_vectors(
        &mut self,
        name: &str,
        kind: String,
        ids: usize,
        output: &[usize],
    ) -> Result<(), ModelError> {
        self.shape = output.to_vec();
        let width = output.last().copied().unwrap_or(0);
        self.count(name, kind, ids.checked_mul(width), 0)
    }
}
