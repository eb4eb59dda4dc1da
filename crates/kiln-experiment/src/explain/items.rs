//! Which items are explained, and which output of each.

use kiln_data::Fitted;

use super::settings::{Of, Which};
use crate::error::ExplainError;
use crate::evaluate::{Evaluation, Measured, Part, Said, ScoredItems};

/// What is explained of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The number of the output.
    pub(super) output: usize,
    /// What the output is about.
    pub(super) name: String,
    /// What is true, where it is one class or one number.
    pub(super) actual: Option<String>,
}

/// The places of the items among those that were scored.
pub(super) fn chosen(
    which: &Which,
    found: &Evaluation,
    items: &ScoredItems,
) -> Result<Vec<usize>, ExplainError> {
    let count = items.rows.len();
    let part = match &found.of {
        Measured::Part(part) => part.name(),
        Measured::File { .. } => "whole",
    };
    match which {
        Which::Places(range) if range.start < count.min(range.end) => {
            Ok((range.start..range.end.min(count)).collect())
        }
        Which::Places(range) => Err(ExplainError::Items { part, items: count, first: range.start }),
        Which::MostWrong(_) if count == 0 => Err(ExplainError::Items { part, items: 0, first: 0 }),
        Which::MostWrong(many) => Ok(most_wrong(items, (*many).max(1))),
    }
}

/// Those with the least likely truth, or the largest error.
fn most_wrong(items: &ScoredItems, many: usize) -> Vec<usize> {
    // The smallest come first.
    let right: Vec<f64> = match &items.said {
        Said::Classes { logits, labels, decision } => {
            let classes = (logits.len() / labels.len().max(1)).max(1);
            let of = |(row, label): (&[f32], &u32)| f64::from(decision.probabilities(row)[*label as usize]);
            logits.chunks(classes).zip(labels).map(of).collect()
        }
        Said::Labels { logits, actual } => errors(logits, actual, items.rows.len(), |logit, actual| {
            let probability = 1.0 / (1.0 + (-logit).exp());
            (probability - actual).abs()
        }),
        Said::Numbers { predicted, actual } => {
            errors(predicted, actual, items.rows.len(), |predicted, actual| (predicted - actual).abs())
        }
    };
    let mut order: Vec<usize> = (0..right.len()).collect();
    order.sort_by(|a, b| right[*a].total_cmp(&right[*b]));
    order.truncate(many);
    order
}

/// The sum of the errors of each item, turned so that the largest comes first.
fn errors(said: &[f64], actual: &[f64], items: usize, error: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let width = (said.len() / items.max(1)).max(1);
    let both = said.chunks(width).zip(actual.chunks(width));
    both.map(|(said, actual)| {
        -said.iter().zip(actual).map(|(said, actual)| error(*said, *actual)).sum::<f64>()
    })
    .collect()
}

/// What is explained of each item.
pub(super) fn targets(
    of: &Of,
    items: &ScoredItems,
    fitted: &Fitted,
    chosen: &[usize],
) -> Result<Vec<Target>, ExplainError> {
    let names = fitted.output_names();
    let named = match of {
        Of::Named(name) => {
            let place = names.iter().position(|known| known == name);
            Some(place.ok_or_else(|| ExplainError::Target { name: name.clone(), known: names.to_vec() })?)
        }
        Of::Predicted | Of::Actual => None,
    };
    let name = |output: usize| names.get(output).cloned().unwrap_or_default();
    let target = |item: &usize| match &items.said {
        Said::Classes { logits, labels, decision } => {
            let classes = (logits.len() / labels.len().max(1)).max(1);
            let actual = labels[*item] as usize;
            let predicted =
                || decision.class(&decision.probabilities(&logits[item * classes..(item + 1) * classes]));
            let output = named.unwrap_or_else(|| if *of == Of::Actual { actual } else { predicted() });
            Target { output, name: name(output), actual: Some(name(actual)) }
        }
        Said::Labels { .. } => {
            Target { output: named.unwrap_or(0), name: name(named.unwrap_or(0)), actual: None }
        }
        Said::Numbers { actual, .. } => {
            let output = named.unwrap_or(0);
            let value = actual.get(item * names.len() + output);
            Target { output, name: name(output), actual: value.map(|value| kiln_core::few_digits(*value)) }
        }
    };
    Ok(chosen.iter().map(target).collect())
}

/// The part that is explained where none is named: the test part; without one the validation part, or the training part.
pub(super) fn default_part(test: u64, validation: u64, is_refit: bool) -> Part {
    match (test, validation) {
        (0, 0) => Part::Train,
        (0, _) if is_refit => Part::Train,
        (0, _) => Part::Validation,
        _ => Part::Test,
    }
}
