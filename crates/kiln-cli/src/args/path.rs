//! Arguments of `path`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::train::Plan;

/// Arguments of `path`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PathArguments {
    #[command(flatten)]
    pub(crate) plan: Plan,
    /// Strengths on the path.
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=10_000))]
    pub(crate) lambdas: usize,
    /// The smallest strength, as a part of the one at which every coefficient is zero.
    #[arg(long, value_name = "X", default_value_t = 1e-3, value_parser = ratio)]
    pub(crate) ratio: f64,
    /// Share of L1 in the penalty: 1 is the lasso, less is the elastic net.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = share)]
    pub(crate) l1_ratio: f64,
    /// Folds of the cross-validation.
    #[arg(long, value_name = "K", default_value_t = 5,
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=100_000))]
    pub(crate) folds: usize,
    /// An SVG file for the error; the coefficients go into a file beside it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn ratio(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|x| *x > 0.0 && *x < 1.0);
    number.ok_or_else(|| "not a number greater than 0 and less than 1".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|x| *x > 0.0 && *x <= 1.0);
    number.ok_or_else(|| "not a number greater than 0 and at most 1".to_owned())
}

pub(super) const EXAMPLES: &str = "\
Examples:
  kiln path diabetes model.kind=linear
  kiln path diabetes model.kind=linear --l1-ratio 0.5 -o path.svg
  kiln path data.source=csv data.target=price model.kind=linear --data houses.csv --json

Minimises 1/(2n)·Σ(y − xw − b)² + λ·(α·Σ|w| + (1 − α)/2·Σw²), α the L1 ratio, over the items that are not held out
for the test. Columns are standardised unless data.standardize is false, in each fold by its own training items.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_checked() {
        for wrong in ["0", "-1", "1.1", "nan", "x"] {
            assert!(ratio(wrong).is_err() && share(wrong).is_err(), "{wrong}");
        }
        assert!(ratio("1").is_err() && share("1") == Ok(1.0));
    }
}
