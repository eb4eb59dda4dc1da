//! How far the numbers between the operations of a network go, over items: what a model in whole numbers is scaled by.

mod rounded;
mod run;
mod signal;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Weights;
use kiln_data::{Features, Fitted};
use kiln_models::Operation;

use crate::error::ExperimentError;
use crate::export::steps::{Layers, Range, Ranges};
pub(super) use rounded::Rounded;
use signal::Signal;

/// The ranges over `rows` of `features`.
///
/// # Errors
/// Rows that the preprocessing does not take.
pub(super) fn ranges(
    operations: &[Operation],
    weights: &Weights,
    fitted: &Fitted,
    (features, rows): (&Features, &[usize]),
    device: &Device,
) -> Result<Ranges, ExperimentError> {
    let mut found: Option<Ranges> = None;
    for chunk in rows.chunks(fitted.input_shape().at_once()) {
        let numbers = fitted.input_numbers(features, chunk)?;
        let signal = input(numbers, chunk.len(), fitted, device);
        let of_chunk = of_batch(operations, weights, signal, device).0;
        found = Some(found.map_or(of_chunk.clone(), |found| joined(&found, &of_chunk)));
    }
    Ok(found.unwrap_or_else(|| Ranges { input: None, outputs: Vec::new() }))
}

fn input(numbers: Vec<f32>, items: usize, fitted: &Fitted, device: &Device) -> Signal {
    if let Some([channels, height, width]) = fitted.input_shape().as_images() {
        let shape = [items, channels, height, width];
        return Signal::Map(Tensor::from_data(TensorData::new(numbers, shape), device));
    }
    let shape = [items, numbers.len() / items.max(1)];
    Signal::Row(Tensor::from_data(TensorData::new(numbers, shape), device))
}

/// The ranges of one batch, and what comes out.
fn of_batch(
    operations: &[Operation],
    weights: &Weights,
    x: Signal,
    device: &Device,
) -> (Ranges, Option<Signal>) {
    let input = x.range();
    let mut walk = Walk { weights, device, rounds: None, outputs: Vec::new() };
    let y = walk.all(operations, Some(x));
    (Ranges { input, outputs: walk.outputs }, y)
}

fn joined(a: &Ranges, b: &Ranges) -> Ranges {
    let both = |(a, b): (&Option<Range>, &Option<Range>)| Some((*a)?.with((*b)?));
    Ranges {
        input: both((&a.input, &b.input)),
        outputs: a.outputs.iter().zip(&b.outputs).map(both).collect(),
    }
}

/// The first operation that is not followed, in a word.
pub(super) fn unfollowed(operations: &[Operation]) -> Option<String> {
    operations.iter().find_map(|operation| match operation {
        Operation::Residual(branch) => unfollowed(branch),
        Operation::Sum { branch, shortcut } => unfollowed(branch).or_else(|| unfollowed(shortcut)),
        Operation::Flatten
        | Operation::Linear { .. }
        | Operation::Conv { .. }
        | Operation::BatchNorm { .. }
        | Operation::LayerNorm { .. }
        | Operation::Activation(_)
        | Operation::MaxPool { .. }
        | Operation::AvgPool { .. }
        | Operation::GlobalMax
        | Operation::GlobalMean
        | Operation::SqueezeExcite { .. } => None,
        other => {
            let words = format!("{other:?}");
            let mut words = words.split(|letter: char| !letter.is_alphanumeric());
            words.find(|word| !matches!(*word, "" | "Sequence")).map(str::to_owned)
        }
    })
}

/// Through a network, with what was seen on the way.
struct Walk<'a> {
    weights: &'a Weights,
    device: &'a Device,
    /// What is rounded on the way. Nothing is noted then.
    rounds: Option<&'a Layers>,
    outputs: Vec<Option<Range>>,
}

impl Walk<'_> {
    fn all(&mut self, operations: &[Operation], mut x: Option<Signal>) -> Option<Signal> {
        for operation in operations {
            x = self.one(operation, x);
            let Some(layers) = self.rounds else {
                self.outputs.push(x.as_ref().and_then(Signal::range));
                continue;
            };
            if let Some(steps) = layers.outputs.get(self.outputs.len()).copied().flatten() {
                x = x.map(|x| x.rounded(steps));
            }
            self.outputs.push(None);
        }
        x
    }

    /// Branches are walked even where nothing is known, so that the places are the same in every walk.
    fn one(&mut self, operation: &Operation, x: Option<Signal>) -> Option<Signal> {
        match operation {
            Operation::Residual(branch) => self.all(branch, x.clone())?.plus(x?),
            Operation::Sum { branch, shortcut } => {
                let (branch, shortcut) = (self.all(branch, x.clone()), self.all(shortcut, x));
                branch?.plus(shortcut?)
            }
            other => run::run(other, self.weights, self.device, x?),
        }
    }
}

#[cfg(test)]
mod tests;
