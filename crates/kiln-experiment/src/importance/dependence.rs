//! How predictions depend on a column.

use kiln_core::decimal_of_f32;
use kiln_data::{MISSING, Values};
use kiln_explain::grid;

use super::record::{Dependence, DependencePlace};
use super::table::{Cell, Table};
use crate::error::ExperimentError;
use crate::predict::Predictor;

/// The most categories that are looked at, those with the most items.
const CATEGORIES: usize = 100;

/// Of the column called `name`.
pub(super) fn dependence(
    predictor: &Predictor,
    table: &Table,
    name: &str,
    resolution: usize,
) -> Result<Dependence, ExperimentError> {
    let place = table.place(name)?;
    let cells: Vec<(String, Cell)> = match &table.columns()[place].values {
        Values::Categorical { codes, names } => {
            let mut counts = vec![0usize; names.len()];
            codes.iter().filter(|code| **code != MISSING).for_each(|code| counts[*code as usize] += 1);
            let mut there: Vec<usize> = (0..names.len()).filter(|code| counts[*code] > 0).collect();
            there.sort_by_key(|code| std::cmp::Reverse(counts[*code]));
            there.truncate(CATEGORIES);
            there.sort_by(|a, b| names[*a].cmp(&names[*b]));
            there.into_iter().map(|code| (names[code].clone(), Cell::Code(code as u32))).collect()
        }
        Values::Numeric(cells) | Values::Dates { days: cells, .. } => {
            let places = grid(cells, resolution.max(2));
            places.into_iter().map(|number| (number.to_string(), Cell::Number(number))).collect()
        }
        _ => Vec::new(),
    };
    let mut places = Vec::with_capacity(cells.len());
    for (value, cell) in cells {
        let items = said(predictor, &predictor.predict_logits(&table.with(place, cell))?);
        let outputs = items.len() / table.items().max(1);
        let mean =
            |output: usize| items.iter().skip(output).step_by(outputs).sum::<f64>() / table.items() as f64;
        let number = if let Cell::Number(number) = cell { Some(number) } else { None };
        places.push(DependencePlace { value, number, mean: (0..outputs).map(mean).collect(), items });
    }
    let outputs = predictor.fitted().output_names().to_vec();
    Ok(Dependence { column: name.to_owned(), outputs, places })
}

/// The probabilities of the classes, or the numbers.
fn said(predictor: &Predictor, outputs: &[f64]) -> Vec<f64> {
    if predictor.class_names().is_none() {
        return outputs.to_vec();
    }
    let of_item = |outputs: &[f64]| predictor.decision.probabilities(outputs);
    outputs.chunks(predictor.width()).flat_map(of_item).map(decimal_of_f32).collect()
}
