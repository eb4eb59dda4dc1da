//! What raw outputs mean, as `kiln predict` takes them.

use kiln_cell::decimal_of_f32;
use kiln_cell::power::Power;
use kiln_cell::scale::{original, shorten};

use super::average::together;
use super::prediction::{Predicted, Prediction};
use crate::error::InferError;
use crate::network::Network;
use crate::plan::{Outputs, Raw, Target};

/// Makes predictions of raw outputs.
#[derive(Debug)]
pub(crate) struct Decoder {
    outputs: Outputs,
    /// Raw outputs of an item, and how many of them are predictions.
    width: usize,
    used: usize,
    heads: usize,
}

impl Decoder {
    /// # Errors
    /// [`InferError::Plan`] where the network has more or fewer outputs, or something is no number that a training gives.
    pub(crate) fn new(outputs: Outputs, network: &Network) -> Result<Self, InferError> {
        let wrong = |reason: String| InferError::Plan { place: "the outputs".to_owned(), reason };
        let width = network.outputs();
        let used = if let Raw::First(first) = outputs.raw { first } else { width };
        if used > width {
            return Err(wrong(format!("{used} of {width} are to be used")));
        }
        let (names, more) = match &outputs.target {
            Target::Classes { names, temperature, .. } => {
                if temperature.is_nan() || *temperature <= 0.0 {
                    return Err(wrong(format!("the temperature is {temperature}")));
                }
                (names, usize::from(used == 1))
            }
            Target::Labels { names } => (names, 0),
            Target::Values { names, scales, powers } => {
                let powers_fit = powers.is_empty() || powers.len() == names.len();
                if !powers_fit || !powers.iter().all(Power::is_sound) {
                    return Err(wrong("their curves are not such as a fit makes".to_owned()));
                }
                if scales.len() != names.len() || !scales.iter().all(|[_, std]| *std > 0.0) {
                    return Err(wrong("they are not scaled by a positive number each".to_owned()));
                }
                (names, 0)
            }
        };
        // One logit is that of the second of two classes.
        if names.len() != used + more || names.is_empty() {
            return Err(wrong(format!("there are {} names for {used} outputs", names.len())));
        }
        Ok(Self { outputs, width, used, heads: network.heads() })
    }

    /// The names of what is predicted.
    pub(crate) fn names(&self) -> &[String] {
        let (Target::Classes { names, .. } | Target::Labels { names } | Target::Values { names, .. }) =
            &self.outputs.target;
        names
    }

    pub(crate) fn target(&self) -> &Target {
        &self.outputs.target
    }

    /// Adds the predictions of `raw`, `[heads, n, outputs]`.
    pub(crate) fn predict<'a>(&'a self, raw: &mut [f32], to: &mut Vec<Prediction<'a>>) {
        together(self.outputs.average, self.heads, self.width, raw);
        let numbers = raw.len() / self.heads;
        to.extend(raw[..numbers].chunks_exact_mut(self.width).map(|row| self.item(row)));
    }

    /// The prediction of the only item of `raw`, `[heads, 1, outputs]`.
    pub(crate) fn predict_one(&self, raw: &mut [f32]) -> Prediction<'_> {
        together(self.outputs.average, self.heads, self.width, raw);
        self.item(&mut raw[..self.width])
    }

    fn item(&self, row: &mut [f32]) -> Prediction<'_> {
        let row = &mut row[..self.used];
        if self.outputs.raw == Raw::Exp {
            row.iter_mut().for_each(|x| *x = x.exp());
        }
        Prediction::new(self.names(), self.one(row))
    }

    fn one(&self, row: &[f32]) -> Predicted {
        match &self.outputs.target {
            Target::Classes { temperature, threshold, .. } => {
                let probabilities = probabilities(row, *temperature);
                Predicted::Class(class(&probabilities, *threshold), probabilities)
            }
            Target::Labels { .. } => {
                let probability = |logit: &f32| 1.0 / (1.0 + (-f64::from(*logit)).exp());
                Predicted::Numbers(row.iter().map(|x| decimal_of_f32(probability(x) as f32)).collect())
            }
            Target::Values { scales, powers, .. } => {
                let number = |(place, (x, scale)): (usize, (&f32, &[f64; 2]))| {
                    let moved = original(f64::from(*x), *scale);
                    match powers.get(place) {
                        None => shorten(moved, *scale),
                        Some(power) => power.shorten(power.undo(moved), *scale),
                    }
                };
                Predicted::Numbers(row.iter().zip(scales).enumerate().map(number).collect())
            }
        }
    }
}

/// Softmax of the logits, divided by the temperature. A single logit is that of the second of two classes.
fn probabilities(logits: &[f32], temperature: f64) -> Vec<f32> {
    let first = (logits.len() == 1).then_some(0.0);
    let all = || first.iter().chain(logits);
    let largest = all().copied().fold(f32::NEG_INFINITY, f32::max);
    let power = |logit: &f32| (f64::from(logit - largest) / temperature).exp();
    let sum: f64 = all().map(power).sum();
    // What takes time is the exponential, and it is cheaper than memory for all of them.
    all().map(|logit| (power(logit) / sum) as f32).collect()
}

/// The place of the class that is predicted: the most probable one, the first of equals, or by the threshold of the second of two.
fn class(probabilities: &[f32], threshold: Option<f64>) -> usize {
    match (threshold, probabilities) {
        (Some(threshold), [_, second]) => usize::from(f64::from(*second) >= threshold),
        _ => {
            let larger = |best: usize, place: usize| {
                if probabilities[place] > probabilities[best] { place } else { best }
            };
            (0..probabilities.len()).fold(0, larger)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_a_softmax_of_tempered_logits() {
        let found = probabilities(&[2.0], 1.0);
        assert!((found[1] - 0.880_797).abs() < 1e-6, "1 / (1 + e^-2): {found:?}");
        assert_eq!(probabilities(&[8.0, 4.0], 4.0), probabilities(&[2.0, 1.0], 1.0));
        let sum: f32 = probabilities(&[1000.0, 999.0, -1000.0], 1.0).iter().sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_threshold_is_for_two_classes_and_belongs_to_the_second() {
        assert_eq!(class(&[0.75, 0.25], Some(0.25)), 1);
        assert_eq!(class(&[0.8, 0.2], Some(0.25)), 0);
        assert_eq!(class(&[0.5, 0.3, 0.2], Some(0.25)), 0);
        assert_eq!(class(&[0.25, 0.375, 0.375], None), 1);
    }
}
