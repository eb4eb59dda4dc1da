//! One cell to its features, as kiln's training reads cells of a file.

use kiln_cell::CellValue;
use kiln_cell::cell::{Marks, Misfit, spelled};
use kiln_cell::date::parts;
use kiln_cell::scale::{quantile_normal, smooth_clip, standard};

use crate::error::InferError;
use crate::plan::Encoding;

/// Where a cell is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) row: usize,
    pub(super) column: &'a str,
}

impl Place<'_> {
    fn wrong(self, Misfit { found, expected }: Misfit) -> InferError {
        InferError::Cell { row: self.row, column: self.column.to_owned(), found, expected }
    }
}

/// Writes the features of a cell. `is_truth`: whether the categories are a yes and a no. `single`: whether numbers are rounded first.
pub(super) fn encode(
    encoding: &Encoding,
    is_truth: bool,
    cell: CellValue<'_>,
    place: Place<'_>,
    marks: &Marks,
    single: bool,
    to: &mut [f64],
) -> Result<(), InferError> {
    let number = |missing: f64| {
        cell.number(marks).map_err(|misfit| place.wrong(misfit)).map(|x| match x {
            x if x.is_nan() => missing,
            x if single => f64::from(x as f32),
            x => x,
        })
    };
    let z = match encoding {
        Encoding::Number { missing, scale } => standard(number(*missing)?, *scale),
        Encoding::SmoothClip { missing, median, factor } => smooth_clip(number(*missing)?, *median, *factor),
        Encoding::QuantileNormal { missing, quantiles } => quantile_normal(number(*missing)?, quantiles),
        Encoding::Flagged(number) => {
            let (feature, flag) = to.split_at_mut(1);
            let found = cell.number(marks).map_err(|misfit| place.wrong(misfit))?;
            flag[0] = f64::from(u8::from(found.is_nan()));
            return encode(number, is_truth, cell, place, marks, single, feature);
        }
        Encoding::Category { names, features } => {
            let name = cell.category(marks).map_err(|misfit| place.wrong(misfit))?;
            let name = name.map(|name| if is_truth { spelled(names, name) } else { name });
            let at = match name {
                None => names.len(),
                Some(name) => {
                    names.binary_search_by(|known| known.as_str().cmp(name)).unwrap_or(names.len() + 1)
                }
            };
            to.copy_from_slice(&features[at]);
            return Ok(());
        }
        Encoding::Date { form, missing, scales } => {
            let days = cell.days(*form, marks).map_err(|misfit| place.wrong(misfit))?;
            let parts = if days.is_nan() { *missing } else { parts(days) };
            for ((to, part), scale) in to.iter_mut().zip(parts).zip(scales) {
                *to = standard(part, *scale);
            }
            return Ok(());
        }
    };
    // The network sees f32.
    if !(z as f32).is_finite() {
        return Err(InferError::NotFinite { row: place.row, column: place.column.to_owned() });
    }
    to[0] = z;
    Ok(())
}
