//! What is said of explanations.

use kiln_experiment::explain::{Explained, Explanation};
use kiln_report::{Column, Table, human, table};

use crate::fields;
use crate::output::{Output, Unwritten};

/// Items that are listed.
const LISTED: usize = 20;
/// Columns of an item that are listed.
const COLUMNS: usize = 3;

/// An event for each item and one for the sanity check, or a table and a sentence.
pub fn report(found: &Explanation, out: Output) -> Result<(), Unwritten> {
    if out.json {
        for item in &found.items {
            out.event(
                "explained",
                fields! {
                    method: found.method, part: found.part, item: item.row, actual: item.actual, target: item.target,
                    output: item.output, delta: item.delta, columns: found.columns, size: found.size, values: item.values,
                    tokens: item.tokens,
                },
            )?;
        }
        return out.event("sanity", fields! { method: found.method, layers: found.sanity });
    }
    let mut columns =
        vec![Column::right("item"), Column::left("true"), Column::left("explained"), Column::right("output")];
    if found.size.is_none() {
        columns.push(Column::left("because of"));
    }
    let mut rows = Table::new(columns);
    for item in found.items.iter().take(LISTED) {
        let mut row = vec![
            item.row.to_string(),
            item.actual.clone().unwrap_or_default(),
            item.target.clone(),
            human::metric(item.output),
        ];
        if found.size.is_none() {
            row.push(because(item, item.tokens.as_deref().unwrap_or(&found.columns)));
        }
        rows.row(row);
    }
    let more = match found.items.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("and {more} more, which --json and --output have\n"),
    };
    let meaning = found.method.meaning();
    let text = rows.render(table::colour(&std::io::stdout()));
    out.data(&format!("{text}{more}\n{}: {meaning}\n{}", found.method, sanity(found)))
}

/// The largest attributions.
fn because(item: &Explained, columns: &[String]) -> String {
    let mut order: Vec<usize> = (0..item.values.len().min(columns.len())).collect();
    order.sort_by(|a, b| item.values[*b].abs().total_cmp(&item.values[*a].abs()));
    let one = |column: &usize| format!("{} {:+.3}", columns[*column], item.values[*column]);
    order.iter().take(COLUMNS).map(one).collect::<Vec<_>>().join(", ")
}

/// Whether the attributions depend on what was learned.
fn sanity(found: &Explanation) -> String {
    let (Some(first), Some(last)) = (found.sanity.first(), found.sanity.last()) else { return String::new() };
    let number = |correlation: Option<f64>| correlation.map_or_else(|| "none".to_owned(), human::metric);
    let verdict = match found.depends_on_weights() {
        Some(true) => "so they depend on what was learned",
        Some(false) => "so they say more of the data than of what was learned",
        None => "which says little of so few numbers",
    };
    format!(
        "drawn anew, the rank correlation of the attributions is {} with {:?}, and {} with all layers: {verdict}\n",
        number(first.correlation),
        first.layer,
        number(last.correlation)
    )
}
