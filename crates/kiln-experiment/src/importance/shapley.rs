//! What each column adds to predictions.

use kiln_core::Seed;
use kiln_explain::{SampledShapley, exact_shapley};

use super::record::{ShapleyItem, ShapleyReport};
use super::settings::ShapleySettings;
use super::table::Table;
use crate::error::ExperimentError;
use crate::predict::Predictor;

/// With so few columns all coalitions are asked for.
const EXACT: usize = 8;
/// Rows that are predicted at once.
const ROWS: usize = 1 << 16;

/// Of the items of `table`, whose rows of the data are `rows`, against `background`.
pub(super) fn shapley(
    predictor: &Predictor,
    table: &Table,
    rows: &[usize],
    background: &Table,
    settings: ShapleySettings,
    is_linear: bool,
    seed: Seed,
) -> Result<ShapleyReport, ExperimentError> {
    let (players, width) = (table.columns().len(), predictor.width());
    let exact = is_linear || players <= EXACT;
    let mut items = Vec::with_capacity(rows.len());
    let (mut base, mut sums) = (vec![0.0; width], vec![0.0; players * width]);
    for (item, row) in rows.iter().enumerate() {
        let value = |coalitions: &[Vec<bool>]| mean_outputs(predictor, table, item, background, coalitions);
        let sampled = |orders| SampledShapley::new(seed.at(item as u64)).orders(orders);
        let found = match exact {
            // What a column adds to a linear model is the same in every order.
            true if is_linear => {
                let mut found = sampled(1).explain(players, value)?;
                found.errors.fill(0.0);
                found
            }
            true => match exact_shapley(players, value)? {
                Some(found) => found,
                None => sampled(settings.orders).explain(players, value)?,
            },
            false => sampled(settings.orders).explain(players, value)?,
        };
        sums.iter_mut().zip(&found.values).for_each(|(sum, value)| *sum += value.abs());
        base.clone_from(&found.base);
        items.push(ShapleyItem {
            row: *row,
            values: found.values,
            errors: found.errors,
            outputs: found.full,
        });
    }
    let count = rows.len().max(1) as f64;
    let names = predictor.fitted().output_names();
    // A single logit is that of the second class.
    let outputs = names[names.len().saturating_sub(width)..].to_vec();
    let columns = table.columns().iter().map(|column| column.name.clone()).collect();
    let mean = sums.iter().map(|sum| sum / count).collect();
    Ok(ShapleyReport { columns, outputs, base, exact, mean, items })
}

/// The mean outputs over the background for each coalition.
fn mean_outputs(
    predictor: &Predictor,
    table: &Table,
    item: usize,
    background: &Table,
    coalitions: &[Vec<bool>],
) -> Result<Vec<f64>, ExperimentError> {
    let width = predictor.width();
    let at_once = (ROWS / background.items().max(1)).max(1);
    let mut found = Vec::with_capacity(coalitions.len() * width);
    for coalitions in coalitions.chunks(at_once) {
        let outputs = predictor.predict_logits(&background.told(table, item, coalitions))?;
        for rows in outputs.chunks(background.items() * width) {
            let mean = |output: usize| {
                rows.iter().skip(output).step_by(width).sum::<f64>() / background.items() as f64
            };
            found.extend((0..width).map(mean));
        }
    }
    Ok(found)
}
