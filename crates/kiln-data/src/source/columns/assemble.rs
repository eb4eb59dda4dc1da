//! From rows that were read to a data set.

use std::sync::Arc;

use super::asked::Asked;
use super::decide::Decision;
use super::files::Reader;
use super::finish::finish;
use super::part::Part;
use super::role::{ColumnRole, Read};
use super::targets::target;
use super::understood::{Understood, UnderstoodColumn, notes};
use crate::cell::CellRules;
use crate::source::files::name_of;
use crate::source::table::Survey;
use crate::{Arrangement, Column, DataError, Dataset, Features, Values};

/// The data set of all rows. `written`: how the file is written, where that is not plain; `guesses`: how numbers were read that could
/// be two.
pub(super) fn dataset(
    reader: &Reader<'_>,
    survey: &Survey,
    mut part: Part,
    [fixed_validation, fixed_test]: [Vec<usize>; 2],
    (written, guesses): (Vec<String>, Vec<String>),
) -> Result<Dataset, DataError> {
    let Reader { config, names, decision, asked } = reader;
    let path = config.needed_path()?;
    for (column, values) in part.columns.iter_mut().enumerate() {
        *values = values.take().map(|values| finish(values, reader.read(column)));
    }
    let times = asked.time.and_then(|time| part.numbers(time)).map(<[f64]>::to_vec);
    let mut take = |column: Option<usize>| column.and_then(|column| part.columns[column].take());
    let targets: Vec<Values> = asked.targets.iter().filter_map(|&column| take(Some(column))).collect();
    let target_names: Vec<String> = asked.targets.iter().map(|&column| names[column].clone()).collect();
    let weights = match take(asked.weight) {
        Some(Values::Numeric(weights)) => Some(weights),
        _ => None,
    };
    let groups = take(asked.group).map(Values::groups);
    let target = target(path, targets, target_names.clone(), decision.task, &part.rows)?;
    let understood = Understood {
        written,
        rows: part.rows.len(),
        skipped: part.skipped,
        target: target_names,
        task: decision.task,
        why: why(decision, asked),
        columns: columns(names, decision, survey, &part),
        time: asked.time.map(|time| names[time].clone()),
        notes: notes(&target).into_iter().chain(guesses).collect(),
    };
    let is_input = |column: usize| {
        use ColumnRole::{Booleans, Categories, Dates, Numbers};
        matches!(decision.columns[column].role, Numbers | Categories | Booleans | Dates)
    };
    let inputs = names.iter().zip(part.columns).enumerate().filter(|(column, _)| is_input(*column));
    let inputs =
        inputs.filter_map(|(_, (name, values))| Some(Column { name: name.clone(), values: values? }));
    let features = Features::Table(inputs.collect());
    let as_in_file = part.rows.iter().zip(1..).all(|(row, place)| *row == place);
    let arrangement = Arrangement {
        fixed_validation,
        groups,
        times,
        file_rows: (!as_in_file).then_some(part.rows),
        cells: CellRules { missing: config.missing.clone(), decimal: config.decimal },
        understood: Some(Arc::new(understood)),
        ..Arrangement::default()
    };
    Ok(Dataset::with(name_of(path), features, target, fixed_test, weights).arranged(arrangement))
}

/// Why the task is what it is; and why these are the targets, where nobody said so.
fn why(decision: &Decision, asked: &Asked) -> String {
    if asked.named_targets { decision.why.clone() } else { format!("{} (the last column)", decision.why) }
}

fn columns(names: &[String], decision: &Decision, survey: &Survey, part: &Part) -> Vec<UnderstoodColumn> {
    let column = |(place, name): (usize, &String)| {
        let (assigned, seen) = (&decision.columns[place], &survey.columns[place]);
        let maybe = if assigned.read == Read::Numbers { seen.maybe_missing } else { 0 };
        let categories = match assigned.role {
            ColumnRole::Categories | ColumnRole::Booleans => {
                part.columns[place].as_ref().and_then(Values::categories)
            }
            _ => None,
        };
        UnderstoodColumn {
            name: name.clone(),
            role: assigned.role,
            why: assigned.why.clone(),
            missing: seen.missing + maybe,
            categories,
        }
    };
    names.iter().enumerate().map(|(place, name)| column((place, name))).collect()
}
