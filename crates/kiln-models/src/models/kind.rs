//! What every kind of model says of itself, and does.

use std::fmt::Debug;

use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_data::{Inputs, SeriesBatch, TokenBatch};

use crate::observe::Observer;
use crate::published::Published;
use crate::sequence::{PaddedRows, TokenRows};
use crate::{ModelError, ModelInput, Operation, Summary};

/// The settings of one kind of model.
pub trait ModelKind: Debug {
    /// Checks the settings against the shape of the data and says what the model would be, without making it.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that the model cannot read, or more than 2³¹ parameters.
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError>;

    /// Whether a pass with a seed draws noise.
    fn is_random(&self) -> bool {
        false
    }

    /// Whether the first weights follow from rows of the training part: [`Network::fitted_to`](crate::Network::fitted_to).
    fn starts_from_rows(&self) -> bool {
        false
    }

    /// Whether a linear model, which solvers of convex problems know, has an intercept; `None` for every other model.
    fn intercept(&self) -> Option<bool> {
        None
    }
}

/// A built-in model at work.
pub(crate) trait Forward {
    /// Raw outputs `[N, outputs]`, as [`Network::forward_observed`](crate::Network::forward_observed).
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2>;

    /// Gives every dropout a share of its probability, `[0, 1]`, and says whether any had one. Noise, and branches that are left out, stay as
    /// they are. Default: there is none.
    fn scale_dropout(&mut self, _share: f64) -> bool {
        false
    }

    /// What it does in evaluation. Images come as they are, rows as `[N, features]`.
    fn operations(&self) -> Vec<Operation>;

    /// The libraries that it is from, with their names for its tensors.
    fn published(&self) -> &'static [Published] {
        &[]
    }
}

/// The images that a model for images reads.
pub(crate) fn images(inputs: Inputs) -> Tensor<4> {
    // `init` refuses other data for these models, so this is a mistake in a program, not in a configuration.
    inputs.into_images().unwrap_or_else(|| unreachable!("a model for images got other inputs"))
}

/// The tokens that a model for texts reads.
pub(crate) fn tokens(inputs: Inputs) -> TokenBatch {
    // As above.
    inputs.into_tokens().unwrap_or_else(|| unreachable!("a model for tokens got other inputs"))
}

/// The series that a model for time series reads.
pub(crate) fn series(inputs: Inputs) -> SeriesBatch {
    // As above.
    inputs.into_series().unwrap_or_else(|| unreachable!("a model for time series got other inputs"))
}

/// The tokens that a model for token sequences reads, at most `most` of each sequence, without padding.
pub(crate) fn token_rows(inputs: Inputs, most: usize) -> TokenRows {
    let batch = tokens(inputs);
    TokenRows::of(batch.ids, batch.lengths, most)
}

/// The same with padding.
pub(crate) fn padded_rows(inputs: Inputs, most: usize) -> PaddedRows {
    let batch = tokens(inputs);
    PaddedRows::of(batch.ids, batch.lengths, most)
}
