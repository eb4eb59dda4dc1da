//! Scoring a model on a part of the data.

use burn::tensor::Device;
use kiln_data::Loader;

use crate::{Scores, Task, TrainError};

/// Scores `model`, which must be in evaluation mode (`model.valid()`), on every item of `loader`.
///
/// # Errors
/// [`TrainError::Data`] when a batch cannot be made.
pub fn evaluate<T: Task>(
    task: &T,
    model: &T::Model,
    loader: &Loader<T::Batch>,
    device: &Device,
) -> Result<Scores, TrainError> {
    let mut scores = Scores::new();
    for batch in loader.pass(device) {
        task.score(model, batch?.data, &mut scores);
    }
    Ok(scores)
}
