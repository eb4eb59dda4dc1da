//! What was found, as tables.

use super::record::{Dependence, ImportanceReport, ShapleyReport};
use crate::error::ExperimentError;

impl ImportanceReport {
    /// A line for each column: `column`, `columns` (with `|` between them), `importance`, `lower`, `upper`, `deviation`, and
    /// each repeat.
    ///
    /// # Errors
    /// None that a user can bring about.
    pub fn to_csv(&self) -> Result<Vec<u8>, ExperimentError> {
        let repeats = self.columns.first().map_or(0, |column| column.repeats.len());
        let known = ["column", "columns", "importance", "lower", "upper", "deviation"].map(str::to_owned);
        let header = known.into_iter().chain((1..=repeats).map(|repeat| format!("repeat_{repeat}")));
        let lines = self.columns.iter().map(|column| {
            let [low, high] = column.interval;
            let numbers = [column.importance, low, high, column.deviation];
            [column.name.clone(), column.columns.join("|")]
                .into_iter()
                .chain(numbers.iter().chain(&column.repeats).map(f64::to_string))
                .collect()
        });
        table(std::iter::once(header.collect()).chain(lines))
    }
}

impl Dependence {
    /// A line for each value, output and item: `value`, `output`, `item`, `prediction`. The mean has no item.
    ///
    /// # Errors
    /// None that a user can bring about.
    pub fn to_csv(&self) -> Result<Vec<u8>, ExperimentError> {
        let mut lines = vec![["value", "output", "item", "prediction"].map(str::to_owned).to_vec()];
        for place in &self.places {
            for (output, name) in self.outputs.iter().enumerate() {
                let line = |item: String, number: f64| {
                    vec![place.value.clone(), name.clone(), item, number.to_string()]
                };
                lines.push(line(String::new(), place.mean.get(output).copied().unwrap_or(f64::NAN)));
                let items = place.items.iter().skip(output).step_by(self.outputs.len());
                lines.extend(items.zip(1..).map(|(number, item)| line(item.to_string(), *number)));
            }
        }
        table(lines.into_iter())
    }
}

impl ShapleyReport {
    /// A line for each row and output: `row`, `output`, `base`, `prediction`, and a column for each column of the data.
    ///
    /// # Errors
    /// None that a user can bring about.
    pub fn to_csv(&self) -> Result<Vec<u8>, ExperimentError> {
        let known = ["row", "output", "base", "prediction"].map(str::to_owned);
        let mut lines = vec![known.into_iter().chain(self.columns.iter().cloned()).collect::<Vec<_>>()];
        for item in &self.items {
            for (output, name) in self.outputs.iter().enumerate() {
                let values = item.values.iter().skip(output).step_by(self.outputs.len());
                let front = [item.row.to_string(), name.clone()].into_iter();
                let numbers = [self.base[output], item.outputs[output]];
                lines.push(front.chain(numbers.iter().chain(values).map(f64::to_string)).collect());
            }
        }
        table(lines.into_iter())
    }
}

fn table(lines: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, ExperimentError> {
    let mut csv = ::csv::Writer::from_writer(Vec::new());
    for line in lines {
        csv.write_record(line).map_err(ExperimentError::internal)?;
    }
    csv.into_inner().map_err(ExperimentError::internal)
}
