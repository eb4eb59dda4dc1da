//! New items of a file.

use std::path::Path;

use kiln_core::decimal_of_f32;
use kiln_data::Features;
use kiln_data::source::read_features;
use kiln_train::probabilities;

use super::moments::moments;
use super::predictor::Predictor;
use crate::error::{ExperimentError, JobError};

/// New items, read and ready to be predicted.
#[derive(Debug)]
pub struct NewItems<'a> {
    predictor: &'a Predictor,
    features: Features,
    items: usize,
    passes: Option<u64>,
}

impl Predictor {
    /// Reads new items: a CSV file, an IDX file, an image or a folder of images. With `passes`, each is predicted so
    /// often with dropout on.
    ///
    /// # Errors
    /// Data that cannot be read or do not have the model's columns; [`JobError::NoDropout`] for passes of a model
    /// without dropout.
    pub fn read(&self, input: &Path, passes: Option<u64>) -> Result<NewItems<'_>, ExperimentError> {
        let (features, items) = read_features(input, self.fitted())?;
        if passes.is_some() && self.noise.is_none() {
            return Err(JobError::NoDropout.into());
        }
        Ok(NewItems { predictor: self, features, items, passes })
    }
}

impl NewItems<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.items
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// Gives `each` item in order: the probability of each class, or the numbers, and their standard deviations over the
    /// passes (zeros for one pass). They are decimals as short as f32 tells them apart, numbers before they are taken back to the
    /// units of the data.
    ///
    /// # Errors
    /// The first error of `each`, or of a batch that cannot be made.
    pub fn predict<E: From<ExperimentError>>(
        &self,
        mut each: impl FnMut(&[f64], &[f64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Predictor { task, model, device, .. } = self.predictor;
        let width = self.predictor.width();
        let is_classes = self.predictor.class_names().is_some();
        let at_once = self.predictor.input_shape().at_once();
        for start in (0..self.items).step_by(at_once) {
            let chunk: Vec<usize> = (start..self.items.min(start + at_once)).collect();
            let inputs = self.predictor.fitted().inputs(&self.features, &chunk, device);
            let inputs = inputs.map_err(ExperimentError::from)?;
            let passes = match (self.passes, self.predictor.noise) {
                (Some(passes), Some(noise)) => {
                    task.predict_passes(model, &inputs, passes, noise.at(start as u64))
                }
                _ => vec![task.predict_logits(model, inputs)],
            };
            for item in 0..chunk.len() {
                let of_pass = |pass: &Vec<f64>| {
                    let row = &pass[item * width..(item + 1) * width];
                    if is_classes {
                        probabilities(row).into_iter().map(f64::from).collect()
                    } else {
                        row.to_vec()
                    }
                };
                let (mut means, mut deviations) = moments(&passes.iter().map(of_pass).collect::<Vec<_>>());
                if is_classes {
                    means.iter_mut().for_each(to_few_digits);
                } else {
                    self.predictor.fitted().shorten(&mut means);
                }
                deviations.iter_mut().for_each(to_few_digits);
                each(&means, &deviations)?;
            }
        }
        Ok(())
    }
}

/// A number that is known to f32 alone, such as a probability.
fn to_few_digits(number: &mut f64) {
    *number = decimal_of_f32(*number as f32);
}
