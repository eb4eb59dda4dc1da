//! What a model predicts: classes with their probabilities, the probabilities of labels, or numbers in the units of the data.

use burn::tensor::Tensor;
use kiln_core::{Seed, decimal_of_f32};
use kiln_data::Inputs;

use super::host::to_host;
use super::{Supervised, heads};
use crate::{Prediction, probabilities};

impl<M> Supervised<M> {
    /// What the model predicts for each item: a class with the probability of each, or numbers in the units of the data.
    pub fn predict(&self, model: &M, inputs: Inputs) -> Vec<Prediction<'_>> {
        let outputs = self.predict_logits(model, inputs);
        outputs.chunks(self.width()).map(|outputs| Prediction::of(&self.fitted, outputs)).collect()
    }

    /// The probabilities of the classes, row-major, `[N, classes]`; `None` where numbers are predicted.
    pub fn predict_proba(&self, model: &M, inputs: Inputs) -> Option<Vec<f32>> {
        self.fitted.class_names()?;
        let outputs = self.predict_logits(model, inputs);
        Some(outputs.chunks(self.width()).flat_map(probabilities).collect())
    }

    /// As [`predict`](Self::predict), without the last step: raw outputs (logits) of classes, of two classes perhaps a single one,
    /// the same probabilities of labels and the same numbers, in the shortest decimals that the model tells apart. Row-major, `[N, predictions]` ([`Loss::predictions`](kiln_objective::Loss::predictions)).
    pub fn predict_logits(&self, model: &M, inputs: Inputs) -> Vec<f64> {
        let mut outputs = self.in_units(self.outputs(model, inputs));
        self.fitted.shorten(&mut outputs);
        outputs
    }

    /// As [`predict_logits`](Self::predict_logits), `passes` times with dropout on: Monte Carlo dropout, whose mean is a prediction and whose spread
    /// says how sure the model is (Gal and Ghahramani: Dropout as a Bayesian approximation, 2016). Batch norm is that of
    /// evaluation. Pass `k` draws from `seed.at(k)`; views of images are not looked at.
    pub fn predict_passes(&self, model: &M, inputs: &Inputs, passes: u64, seed: Seed) -> Vec<Vec<f64>> {
        let pass = |k| self.in_units(self.pass(model, inputs.clone(), Some(seed.at(k))));
        (0..passes).map(pass).collect()
    }

    /// What outputs say: logits of classes, probabilities of labels, or numbers in the units of the data.
    fn in_units(&self, outputs: Tensor<2>) -> Vec<f64> {
        let outputs = to_host(self.tempered(self.loss.predict(outputs)));
        if self.fitted.label_names().is_none() {
            return self.fitted.unscale(&outputs);
        }
        let probability = |logit: &f32| 1.0 / (1.0 + (-f64::from(*logit)).exp());
        outputs.iter().map(|logit| decimal_of_f32(probability(logit) as f32)).collect()
    }

    /// Logits of classes divided by the temperature.
    pub(super) fn tempered(&self, outputs: Tensor<2>) -> Tensor<2> {
        let scaled = self.temperature != 1.0 && self.fitted.class_names().is_some();
        if scaled { outputs.div_scalar(self.temperature) } else { outputs }
    }

    /// Raw outputs in evaluation.
    pub(super) fn outputs(&self, model: &M, inputs: Inputs) -> Tensor<2> {
        match inputs {
            Inputs::Images(images) if self.views.count() > 1 => {
                let forward = |view| self.pass(model, Inputs::Images(view), None);
                self.loss.average(self.views.of(images).into_iter().map(forward).collect())
            }
            inputs => self.pass(model, inputs, None),
        }
    }

    /// What all heads say together.
    fn pass(&self, model: &M, inputs: Inputs, seed: Option<Seed>) -> Tensor<2> {
        let items = inputs.len();
        heads::together(&self.loss, (self.forward)(model, inputs, seed), items)
    }

    fn width(&self) -> usize {
        self.loss.predictions().max(1)
    }
}
