//! What every metric asks of its lists before it looks at them.

use crate::MetricError;

/// That there are items, and a number in `list` for each.
pub(crate) fn same_length<A, B>(items: &[A], what: &'static str, list: &[B]) -> Result<usize, MetricError> {
    match items.len() {
        0 => Err(MetricError::Empty),
        items if list.len() == items => Ok(items),
        items => {
            let expected = items.to_string();
            Err(MetricError::Length { what, found: list.len(), expected, items })
        }
    }
}

/// How many columns a row-major `table` of `items` rows has; at least `least`.
pub(crate) fn columns<A, B>(
    items: &[A],
    what: &'static str,
    table: &[B],
    least: usize,
) -> Result<usize, MetricError> {
    let items = items.len();
    if items == 0 {
        return Err(MetricError::Empty);
    }
    let columns = table.len() / items;
    if columns * items != table.len() || columns < least {
        let expected = format!("a multiple of {items}, at least {}", least * items);
        return Err(MetricError::Length { what, found: table.len(), expected, items });
    }
    Ok(columns)
}

/// How many rows of `columns` numbers both tables have.
pub(crate) fn rows<A, B>(
    truth: &[A],
    what: &'static str,
    table: &[B],
    columns: usize,
) -> Result<usize, MetricError> {
    kiln_core::check::at_least("columns", columns, 1)?;
    if truth.is_empty() {
        return Err(MetricError::Empty);
    }
    let items = truth.len() / columns;
    let expected = || format!("{columns} each");
    if items * columns != truth.len() {
        return Err(MetricError::Length { what: "y_true", found: truth.len(), expected: expected(), items });
    }
    if table.len() != truth.len() {
        return Err(MetricError::Length { what, found: table.len(), expected: expected(), items });
    }
    Ok(items)
}

/// That every number is allowed; NaN never is.
pub(crate) fn values(
    what: &'static str,
    values: &[f64],
    expected: &'static str,
    allowed: impl Fn(f64) -> bool,
) -> Result<(), MetricError> {
    match values.iter().position(|&value| value.is_nan() || !allowed(value)) {
        Some(index) => Err(MetricError::Value { what, index, value: values[index], expected }),
        None => Ok(()),
    }
}

/// That every number is finite.
pub(crate) fn finite(what: &'static str, list: &[f64]) -> Result<(), MetricError> {
    values(what, list, "finite", f64::is_finite)
}

/// That every number is a probability.
pub(crate) fn probabilities(what: &'static str, list: &[f64]) -> Result<(), MetricError> {
    values(what, list, "from 0 to 1", |p| (0.0..=1.0).contains(&p))
}

/// That every label is below `classes`.
pub(crate) fn labels(what: &'static str, labels: &[u32], classes: usize) -> Result<(), MetricError> {
    match labels.iter().position(|&label| label as usize >= classes) {
        Some(index) => Err(MetricError::Label { what, index, label: labels[index], classes }),
        None => Ok(()),
    }
}
