//! Whether the inputs of a plan are such as a fit makes. JSON has no number that is not finite.

use crate::error::InferError;
use crate::plan::{Components, Encoding, Images, Table};

/// Features that a cell becomes.
pub(super) fn width_of(encoding: &Encoding) -> usize {
    match encoding {
        Encoding::Category { features, .. } => features.first().map_or(0, Vec::len),
        Encoding::Date { .. } => 4,
        Encoding::Flagged(_) => 2,
        _ => 1,
    }
}

/// Checks a table, and counts its encoded features.
pub(super) fn table(table: &Table) -> Result<usize, InferError> {
    let wrong = |place: &str, reason: &str| {
        Err(InferError::Plan { place: place.to_owned(), reason: reason.to_owned() })
    };
    if table.columns.is_empty() {
        return wrong("the table", "it has no columns");
    }
    let mut encoded = 0usize;
    for column in &table.columns {
        if let Some(reason) = unsound(&column.encoding) {
            return wrong(&format!("column {:?}", column.name), reason);
        }
        encoded = encoded.saturating_add(width_of(&column.encoding));
    }
    let mut width = encoded;
    if let Some(select) = &table.select {
        if !select.is_sorted_by(|a, b| a < b) || select.last().is_none_or(|&last| last >= encoded) {
            return wrong("the selected features", "their places do not rise, or there are no such features");
        }
        width = select.len();
    }
    if let Some(components) = &table.components
        && !fit(components, width)
    {
        return wrong("the principal components", "they are of another number of features");
    }
    Ok(encoded)
}

fn is_scale([mean, std]: &[f64; 2]) -> bool {
    mean.is_finite() && std.is_finite() && *std > 0.0
}

fn unsound(encoding: &Encoding) -> Option<&'static str> {
    match encoding {
        Encoding::Number { scale, .. } => (!is_scale(scale)).then_some("it is divided by nothing positive"),
        Encoding::SmoothClip { factor, .. } => (*factor < 0.0).then_some("its factor is negative"),
        Encoding::QuantileNormal { quantiles, .. } => {
            (quantiles.len() < 2 || !quantiles.is_sorted()).then_some("its quantiles do not rise")
        }
        Encoding::Flagged(number) => match **number {
            Encoding::Number { .. } | Encoding::SmoothClip { .. } | Encoding::QuantileNormal { .. } => {
                unsound(number)
            }
            _ => Some("what has a flag is no number"),
        },
        Encoding::Category { names, features } => {
            let width = width_of(encoding);
            let fits = features.len() == names.len().saturating_add(2)
                && features.iter().all(|features| features.len() == width);
            if !names.is_sorted_by(|a, b| a < b) {
                Some("its categories are not sorted")
            } else {
                (!fits).then_some("its categories and their features do not fit")
            }
        }
        Encoding::Date { scales, .. } => {
            (!scales.iter().all(is_scale)).then_some("it is divided by nothing positive")
        }
    }
}

fn fit(Components { mean, axes, deviations }: &Components, width: usize) -> bool {
    mean.len() == width
        && !axes.is_empty()
        && axes.iter().all(|axis| axis.len() == width)
        && deviations.as_ref().is_none_or(|all| all.len() == axes.len() && all.iter().all(|x| *x > 0.0))
}

/// Checks images, and counts their pixels.
pub(super) fn images(images: &Images) -> Result<usize, InferError> {
    let wrong = |reason: &str| InferError::Plan { place: "the images".to_owned(), reason: reason.to_owned() };
    let size = images.shape.iter().try_fold(1usize, |size, &side| size.checked_mul(side));
    let size = size.filter(|&size| size > 0).ok_or_else(|| wrong("they have no pixels, or too many"))?;
    let tables = images.pixels.len() == images.shape[0]
        && images.pixels.iter().all(|table| table.len() == 256 && table.iter().all(|x| x.is_finite()));
    if tables { Ok(size) } else { Err(wrong("not every channel has a table of 256 numbers")) }
}
