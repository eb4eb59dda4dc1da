//! The items that the model is most wrong about, with their pictures or their cells.

use kiln_data::{Column, MISSING, Values};
use kiln_experiment::{Evaluation, Said, ScoredItems};
use kiln_report::human;

use super::pictures::pictures;
use crate::block::{Block, Item, Section};

/// Items that are shown.
const SHOWN: usize = 12;
/// Columns of a table that are shown of each.
const COLUMNS: usize = 8;
/// Labels of an item that are named.
const NAMES: usize = 6;
/// Letters of a text.
const TEXT: usize = 160;
/// Letters of a cell.
const LETTERS: usize = 24;

pub(super) fn wrong(found: &Evaluation, items: &ScoredItems) -> Option<Section> {
    let (order, heading) = match &items.said {
        Said::Classes { labels, logits, decision } => {
            let classes = logits.len() / labels.len().max(1);
            // The least likely truths first.
            let of = |(row, label): (&[f32], &u32)| f64::from(decision.probabilities(row)[*label as usize]);
            let sure: Vec<f64> = logits.chunks(classes.max(1)).zip(labels).map(of).collect();
            (sorted(&sure), "The likelihood of the true class is smallest for these items.")
        }
        Said::Numbers { predicted, actual } => {
            let width = items.dataset.target.names().len().max(1);
            let scale = spreads(actual, width);
            let error = |(predicted, actual): (&[f64], &[f64])| {
                -predicted
                    .iter()
                    .zip(actual)
                    .zip(&scale)
                    .map(|((p, a), scale)| ((p - a) / scale).abs())
                    .sum::<f64>()
            };
            let errors: Vec<f64> = predicted.chunks(width).zip(actual.chunks(width)).map(error).collect();
            (sorted(&errors), "The error is largest for these items.")
        }
        Said::Labels { logits, actual } => {
            let width = items.dataset.target.names().len().max(1);
            // The log-likelihood of what is true of each label; logits are far from where it would lose digits.
            let of = |(logit, actual): (&f64, &f64)| {
                let against = if *actual > 0.5 { -logit } else { *logit };
                -(against.max(0.0) + (-against.abs()).exp().ln_1p())
            };
            let all: Vec<f64> = logits.iter().zip(actual).map(of).collect();
            let sums: Vec<f64> = all.chunks(width).map(|row| row.iter().sum()).collect();
            (sorted(&sums), "The likelihood of the true labels is smallest for these items.")
        }
        _ => return None,
    };
    let pictures = pictures(items, &order);
    let item = |(place, item): (usize, &usize)| {
        let mut lines = said(found, items, *item);
        if let Some(texts) = items.dataset.features.as_texts() {
            lines.push(beginning(texts.text(items.rows[*item])));
        } else if pictures.is_none() {
            lines.extend(cells(items.dataset.features.as_table().unwrap_or_default(), items.rows[*item]));
        }
        let picture = pictures.as_ref().and_then(|pictures| pictures.get(place).cloned());
        let alternative = format!("item {}", items.rows[*item] + 1);
        Item { picture, alternative, lines }
    };
    let gallery: Vec<Item> = order.iter().enumerate().map(item).collect();
    let section = Section::new("wrong", "Most wrong").with(Block::Text(heading.to_owned()));
    (!gallery.is_empty()).then(|| section.with(Block::Gallery(gallery)))
}

/// The places of the smallest numbers.
fn sorted(numbers: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    order.truncate(SHOWN);
    order
}

/// The standard deviation of each column, so that all count alike; 1 where a column has one value.
fn spreads(actual: &[f64], width: usize) -> Vec<f64> {
    let spread = |column: usize| {
        let numbers = || actual.iter().skip(column).step_by(width);
        let count = numbers().count().max(1) as f64;
        let mean = numbers().sum::<f64>() / count;
        let spread = (numbers().map(|number| (number - mean).powi(2)).sum::<f64>() / count).sqrt();
        if spread > 0.0 { spread } else { 1.0 }
    };
    (0..width).map(spread).collect()
}

/// What was said of an item, and what is true.
fn said(found: &Evaluation, items: &ScoredItems, item: usize) -> Vec<String> {
    let mut lines = vec![format!("item {}", items.rows[item] + 1)];
    match &items.said {
        Said::Classes { logits, labels, decision } => {
            let classes = logits.len() / labels.len().max(1);
            let shares = decision.probabilities(&logits[item * classes..(item + 1) * classes]);
            let name = |class: usize| {
                found.classes.as_ref().and_then(|names| names.get(class)).cloned().unwrap_or_default()
            };
            let (class, label) = (decision.class(&shares), labels[item] as usize);
            lines.push(format!("true: {} ({})", name(label), human::metric(f64::from(shares[label]))));
            lines.push(format!("predicted: {} ({})", name(class), human::metric(f64::from(shares[class]))));
        }
        Said::Numbers { predicted, actual } => {
            let names = items.dataset.target.names();
            for (column, name) in names.iter().enumerate().take(4) {
                let place = item * names.len() + column;
                lines.push(format!(
                    "{name}: {}, predicted {}",
                    human::metric(actual[place]),
                    human::metric(predicted[place])
                ));
            }
        }
        Said::Labels { logits, actual } => {
            let names = items.dataset.target.names();
            let of = |numbers: &[f64], above: f64| {
                let numbers = numbers.iter().skip(item * names.len()).zip(names);
                let set = numbers.filter(|(number, _)| **number > above).map(|(_, name)| name.clone());
                let set: Vec<String> = set.take(NAMES).collect();
                if set.is_empty() { "none".to_owned() } else { set.join(", ") }
            };
            lines.push(format!("true: {}", of(actual, 0.5)));
            lines.push(format!("predicted: {}", of(logits, 0.0)));
        }
        _ => {}
    }
    lines
}

/// The first letters of a text.
fn beginning(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(TEXT).collect();
    let short: String = words.join(" ").chars().take(TEXT).collect();
    if short.chars().count() == TEXT { format!("{short}…") } else { short }
}

/// The cells of a row.
fn cells(columns: &[Column], row: usize) -> Vec<String> {
    let cell = |column: &Column| {
        let text = match &column.values {
            Values::Numeric(cells) if cells[row].is_nan() => "missing".to_owned(),
            Values::Numeric(cells) if cells[row].fract() == 0.0 && cells[row].abs() < 1e9 => {
                cells[row].to_string()
            }
            Values::Numeric(cells) => human::metric(cells[row]),
            Values::Categorical { codes, names } if codes[row] != MISSING => {
                names.get(codes[row] as usize).cloned().unwrap_or_default()
            }
            Values::Dates { days, .. } => format!("day {}", human::metric(days[row])),
            // Of a table on disk one cell at a time is not read.
            _ => return None,
        };
        let short: String = text.chars().take(LETTERS).collect();
        Some(format!("{}: {short}", column.name))
    };
    let mut lines: Vec<String> = columns.iter().filter_map(cell).take(COLUMNS).collect();
    if columns.len() > COLUMNS {
        lines.push(format!("and {} more", columns.len() - COLUMNS));
    }
    lines
}
