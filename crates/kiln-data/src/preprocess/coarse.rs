//! Numbers that the model could not tell apart as they are.

use kiln_core::f32_step;

use super::TrainView;
use crate::{Precision, Target, Values, check};

/// A standard deviation of fewer steps of f32 than this is more rounding than number.
const FEWEST_STEPS: f64 = 1000.0;

impl TrainView<'_> {
    /// The columns and targets that vary by so little, for how far from 0 they are, that f32 hardly tells their values apart: they
    /// need to be standardised.
    ///
    /// ```
    /// use kiln_data::{Column, Dataset, Features, Split, Target, Values};
    ///
    /// let column = |name: &str, base: f64| {
    ///     Column { name: name.into(), values: Values::Numeric((0..60).map(|i| base + f64::from(i)).collect()) }
    /// };
    /// let features = Features::Table(vec![column("seconds", 1.7e9), column("size", 20.0)]);
    /// let labels = Target::Classes { labels: (0..60).map(|i| i % 2).collect(), names: vec!["a".into(), "b".into()] };
    /// let data = Dataset::new("visits", features, labels);
    /// let split = Split { train: (0..60).collect(), ..Split::default() };
    /// assert_eq!(split.train_view(&data).coarse_in_f32(), ["seconds"]);
    /// ```
    pub fn coarse_in_f32(&self) -> Vec<String> {
        let mut found = Vec::new();
        if check::dataset(self.dataset).and_then(|rows| check::rows(self.rows, rows)).is_err() {
            return found;
        }
        for column in self.dataset.features.as_table().unwrap_or_default() {
            // What cannot be read is an error elsewhere.
            let Ok(values) = column.values.loaded() else { continue };
            if let Values::Numeric(cells) = &*values
                && self.is_coarse(|row| cells.get(row).copied().unwrap_or(f64::NAN))
            {
                found.push(column.name.clone());
            }
        }
        if let Target::Values { values, names } = &self.dataset.target {
            for (index, name) in names.iter().enumerate() {
                if self.is_coarse(|row| values.get(row * names.len() + index).copied().unwrap_or(f64::NAN)) {
                    found.push(name.clone());
                }
            }
        }
        found
    }

    fn is_coarse(&self, number: impl Fn(usize) -> f64 + Copy) -> bool {
        let fit = self.targets(Precision::Double).fit_rows();
        let Some((mean, scale)) = fit.standard(number) else { return false };
        let is_constant = fit.counted().map(|(row, _)| number(row)).all(|x| x.is_nan() || x == mean);
        !is_constant && scale.std < FEWEST_STEPS * f32_step(mean as f32)
    }
}
