//! A run's best weights, ready to predict.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use kiln_augment::Views;
use kiln_config::Resolved;
use kiln_core::{Purpose, Seed};
use kiln_data::Features;
use kiln_data::source::read_features;
use kiln_models::Network;

use super::probabilities::{moments, probabilities};
use crate::error::{ExperimentError, JobError};
use crate::job::{AT_ONCE, Blueprint, open_device};
use crate::observer::Observer;
use crate::session::Session;
use crate::stored::{best_weights, stored};

/// A run's best weights, ready to predict for new data.
#[derive(Debug)]
pub struct Predictor {
    resolved: Resolved,
    device: Device,
    blueprint: Blueprint,
    model: Network,
}

/// New items, read and ready to be predicted.
#[derive(Debug)]
pub struct NewItems<'a> {
    predictor: &'a Predictor,
    features: Features,
    items: usize,
    passes: Option<u64>,
}

impl Predictor {
    /// Loads the best weights of the run in `run`. Predictions are averaged over `views` of every image, if given.
    ///
    /// # Errors
    /// A run without a whole checkpoint, and a device that does not open.
    pub fn open(
        run: &Path,
        session: &Session,
        views: Option<Views>,
        observer: &dyn Observer,
    ) -> Result<Self, ExperimentError> {
        let (checkpoint, fitted) = best_weights(run, observer)?;
        let resolved = stored(run, session)?;
        let device = open_device(&resolved)?;
        let mut blueprint = Blueprint::new(&resolved, fitted)?;
        blueprint.look_at(views)?;
        let model = checkpoint.weights.apply(blueprint.model(&resolved, &device)?.valid())?;
        Ok(Self { resolved, device, blueprint, model })
    }

    /// The classes, if classes are predicted.
    pub fn class_names(&self) -> Option<&[String]> {
        self.blueprint.fitted.class_names()
    }

    /// The columns of numbers, if numbers are predicted.
    pub fn target_names(&self) -> Option<&[String]> {
        self.blueprint.fitted.target_names()
    }

    /// Reads new items: a CSV file, an IDX file, an image or a folder of images. With `passes`, each is predicted so
    /// often with dropout on.
    ///
    /// # Errors
    /// Data that cannot be read or do not have the model's columns; [`JobError::NoDropout`] for passes of a model
    /// without dropout.
    pub fn read(&self, input: &Path, passes: Option<u64>) -> Result<NewItems<'_>, ExperimentError> {
        let (features, items) = read_features(input, &self.blueprint.fitted)?;
        if passes.is_some() && !self.resolved.config.model.is_random() {
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
    /// passes (zeros for one pass).
    ///
    /// # Errors
    /// The first error of `each`, or of a batch that cannot be made.
    pub fn predict<E: From<ExperimentError>>(
        &self,
        mut each: impl FnMut(&[f32], &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Predictor { resolved, device, blueprint, model } = self.predictor;
        let (task, width) = (blueprint.task(), blueprint.loss.predictions());
        let is_classes = blueprint.fitted.class_names().is_some();
        for start in (0..self.items).step_by(AT_ONCE) {
            let chunk: Vec<usize> = (start..self.items.min(start + AT_ONCE)).collect();
            let inputs = blueprint.fitted.inputs(&self.features, &chunk, device);
            let inputs = inputs.map_err(ExperimentError::from)?;
            let passes = match self.passes {
                None => vec![task.predict(model, inputs)],
                Some(passes) => {
                    let seed = Seed::new(resolved.config.seed).purpose(Purpose::Noise).at(start as u64);
                    task.predict_passes(model, &inputs, passes, seed)
                }
            };
            for item in 0..chunk.len() {
                let of_pass = |pass: &Vec<f32>| {
                    let row = &pass[item * width..(item + 1) * width];
                    if is_classes { probabilities(row) } else { row.to_vec() }
                };
                let (means, deviations) = moments(&passes.iter().map(of_pass).collect::<Vec<_>>());
                each(&means, &deviations)?;
            }
        }
        Ok(())
    }
}
