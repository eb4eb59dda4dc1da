//! What a model is made of, known before it is made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Layers, shapes, parameters and multiply-adds of a model.
///
/// [`fmt::Display`] gives an aligned table for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The layers in the order in which data flows.
    pub layers: Vec<LayerSummary>,
    /// Trainable parameters (the running statistics of batch norm are not counted).
    pub parameters: usize,
    /// Multiplications with an addition for one item, going forward. Those of linear layers and convolutions are
    /// counted, with padding; norms, activations and pooling are not.
    pub multiply_adds: u64,
}

/// One line of a [`Summary`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LayerSummary {
    /// Where its parameters are (`layers.0`), or what it does when it has none (`flatten`).
    pub name: String,
    /// What it does, in order: `conv 3x3, batch norm, relu, max pool 2`.
    pub kind: String,
    /// The shape of one item behind the layer: `[features]` or `[channels, height, width]`.
    pub output: Vec<usize>,
    /// Trainable parameters.
    pub parameters: usize,
    /// Multiplications with an addition, as in [`Summary::multiply_adds`].
    pub multiply_adds: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["layer", "kind", "output", "parameters", "multiply-adds"].map(str::to_owned);
        let mut rows = vec![heading];
        rows.extend(self.layers.iter().map(|layer| {
            let output: Vec<_> = layer.output.iter().map(usize::to_string).collect();
            let counts = (layer.parameters as u64, layer.multiply_adds);
            [
                layer.name.clone(),
                layer.kind.clone(),
                output.join("x"),
                thousands(counts.0),
                thousands(counts.1),
            ]
        }));
        let total = [thousands(self.parameters as u64), thousands(self.multiply_adds)];
        let [parameters, multiply_adds] = total;
        rows.push(["total".to_owned(), String::new(), String::new(), parameters, multiply_adds]);
        let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        for (i, [name, kind, output, parameters, multiply_adds]) in rows.iter().enumerate() {
            let [a, b, c, d, e] = widths;
            write!(f, "{name:<a$}  {kind:<b$}  {output:<c$}  {parameters:>d$}  {multiply_adds:>e$}")?;
            if i + 1 < rows.len() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// `1234567` as `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (number, expected) in cases {
            assert_eq!(thousands(number), expected);
        }
    }
}
