//! Attributions to tokens, as colours.

use kiln_experiment::explain::{Explained, Explanation};
use kiln_report::human;

use crate::block::{Block, Section, Table, Token, Tokens};
use crate::explained::strengths;

/// Items that are shown.
const SHOWN: usize = 8;
/// Tokens of an item that are shown: those beside each other that count most.
const MOST: usize = 300;
/// Tokens that are listed of an item.
const LISTED: usize = 6;
/// Shades of a colour.
const LEVELS: f64 = 9.0;

pub(super) fn of_tokens(section: Section, found: &Explanation, unit: &str) -> Section {
    let text = "Orange speaks for what is explained, blue with dots below it against it; the strongest colour of an item is its largest attribution.";
    let apart = unit != "characters" && unit != "bytes";
    let texts = found.items.iter().take(SHOWN).map(|item| coloured(item, apart));
    let mut table = Table::new(
        format!("The {unit} with the largest attributions"),
        &["item", "true", "explained", "output", "because of"],
    );
    for item in found.items.iter().take(SHOWN) {
        table.row([
            (item.row + 1).to_string(),
            item.actual.clone().unwrap_or_default(),
            item.target.clone(),
            human::metric(item.output),
            largest(item),
        ]);
    }
    section.with(Block::Text(text.to_owned())).with(Block::Tokens(texts.collect())).with_any(table.block())
}

/// What stands above an item.
pub(super) fn title(item: &Explained) -> Vec<String> {
    let mut lines = vec![format!("item {}", item.row + 1)];
    lines.push(format!("explained: {} ({})", item.target, human::metric(item.output)));
    lines.extend(item.actual.as_ref().map(|actual| format!("true: {actual}")));
    lines
}

fn coloured(item: &Explained, apart: bool) -> Tokens {
    let all = item.tokens.as_deref().unwrap_or_default();
    let start = heaviest(&item.values);
    let end = (start + MOST).min(all.len());
    let plain = |text: &str| Token { text: text.to_owned(), level: 0 };
    let mut tokens = Vec::with_capacity(end - start + 2);
    if start > 0 {
        tokens.push(plain("… "));
    }
    for (text, strength) in all[start..end].iter().zip(&strengths(&item.values)[start..end]) {
        tokens.push(Token { text: text.clone(), level: (strength * LEVELS).round() as i8 });
    }
    if end < all.len() {
        tokens.push(plain(" …"));
    }
    let mut lines = title(item);
    if all.is_empty() {
        lines.push("it has no token".to_owned());
    }
    if end - start < all.len() {
        lines.push(format!("tokens {} to {end} of {}", start + 1, all.len()));
    }
    Tokens { lines, apart, tokens }
}

/// Where those tokens beside each other begin whose attributions are largest together.
fn heaviest(values: &[f32]) -> usize {
    if values.len() <= MOST {
        return 0;
    }
    let size = |value: &f32| f64::from(value.abs());
    let mut sum: f64 = values[..MOST].iter().map(size).sum();
    let (mut best, mut most) = (0, sum);
    for start in 1..=values.len() - MOST {
        sum += size(&values[start + MOST - 1]) - size(&values[start - 1]);
        // Sums that differ by rounding alone are equal.
        if sum > most * (1.0 + 1e-9) {
            (best, most) = (start, sum);
        }
    }
    best
}

/// The tokens with the largest attributions; one that comes several times counts with all of them.
fn largest(item: &Explained) -> String {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for (token, value) in item.tokens.iter().flatten().zip(&item.values) {
        match sums.iter_mut().find(|(known, _)| known == token) {
            Some((_, sum)) => *sum += f64::from(*value),
            None => sums.push((token, f64::from(*value))),
        }
    }
    sums.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let one = |(token, sum): &(&str, f64)| format!("{} {sum:+.3}", shown(token));
    sums.iter().take(LISTED).map(one).collect::<Vec<_>>().join(", ")
}

/// White space is seen.
fn shown(token: &str) -> String {
    if token.chars().all(char::is_whitespace) { format!("{token:?}") } else { token.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_part_that_counts_is_shown() {
        let mut values = vec![0.0; 2 * MOST];
        assert_eq!(heaviest(&values), 0);
        values[MOST + 100] = -3.0;
        assert_eq!(heaviest(&values), 101);
        assert_eq!(heaviest(&values[..10]), 0);
    }
}
