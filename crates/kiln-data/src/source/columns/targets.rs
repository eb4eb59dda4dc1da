//! What is predicted, from the columns of the targets.

use std::path::Path;

use crate::{DataError, FileError, MISSING, Target, TaskKind, Values};

/// The target of columns without missing cells; `rows` are their rows in the file, for messages.
///
/// # Errors
/// A single class, and labels that are neither 0 nor 1.
pub(super) fn target(
    path: &Path,
    columns: Vec<Values>,
    names: Vec<String>,
    task: TaskKind,
    rows: &[usize],
) -> Result<Target, DataError> {
    if task == TaskKind::MultiLabel {
        return labels(path, columns, names, rows);
    }
    let mut numbers = Vec::with_capacity(columns.len());
    for column in columns {
        match column {
            Values::Categorical { codes, names } if names.len() > 1 => {
                return Ok(Target::Classes { labels: codes, names });
            }
            Values::Categorical { names, .. } => {
                let class = names.into_iter().next().unwrap_or_default();
                return Err(FileError::OneClass { path: path.to_owned(), class }.into());
            }
            Values::Numeric(values) | Values::Dates { days: values, .. } => numbers.push(values),
            // Inputs alone are on disk.
            Values::Stored(_) => {}
        }
    }
    Ok(Target::Values { values: interleaved(&numbers), names })
}

/// Several columns, row by row.
fn interleaved(columns: &[Vec<f64>]) -> Vec<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

/// Labels of several columns of 0 and 1, or of one in which `|` stands between them.
fn labels(
    path: &Path,
    columns: Vec<Values>,
    names: Vec<String>,
    rows: &[usize],
) -> Result<Target, DataError> {
    let few = |names: &[String]| FileError::OneLabel { path: path.to_owned(), labels: names.to_vec() };
    if let [Values::Categorical { codes, names: cells }] = columns.as_slice() {
        let parts = |cell: &String| -> Vec<String> {
            cell.split('|').map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect()
        };
        let mut names: Vec<String> = cells.iter().flat_map(parts).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            return Err(few(&names).into());
        }
        let set = |cell: &String| -> Vec<u32> {
            let mut set: Vec<u32> = parts(cell)
                .iter()
                .filter_map(|label| names.binary_search(label).ok().map(|place| place as u32))
                .collect();
            set.sort_unstable();
            set.dedup();
            set
        };
        let of_cell: Vec<Vec<u32>> = cells.iter().map(set).collect();
        let of_code =
            |code: &u32| if *code == MISSING { Vec::new() } else { of_cell[*code as usize].clone() };
        return Ok(Target::Labels { sets: codes.iter().map(of_code).collect(), names });
    }
    if names.len() < 2 {
        return Err(few(&names).into());
    }
    let mut sets = Vec::new();
    for (place, (column, name)) in columns.iter().zip(&names).enumerate() {
        let Values::Numeric(cells) = column else { continue };
        sets.resize(cells.len(), Vec::new());
        for ((set, cell), row) in sets.iter_mut().zip(cells).zip(rows) {
            if *cell == 1.0 {
                set.push(place as u32);
            } else if *cell != 0.0 {
                let (column, value) = (name.clone(), *cell);
                return Err(FileError::NotALabel { path: path.to_owned(), column, row: *row, value }.into());
            }
        }
    }
    Ok(Target::Labels { sets, names })
}
