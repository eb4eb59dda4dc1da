//! From the names that the settings give to the columns of a file.

use std::path::Path;

use kiln_core::nearest;

use super::alone::Alone;
use super::asked::Asked;
use crate::{DataConfig, DataError, SettingError};

/// What the settings ask of a file with these columns.
///
/// # Errors
/// A column that is not there, and one with two roles.
pub(super) fn asked(
    path: &Path,
    names: &[String],
    config: &DataConfig,
    alone: Option<Alone<'_>>,
) -> Result<Asked, DataError> {
    let all = |setting: &'static str, wanted: &[String]| places(path, names, setting, wanted);
    let one = |setting: &'static str, wanted: &Option<String>| {
        let wanted: Vec<String> = wanted.iter().cloned().collect();
        Ok::<_, DataError>(all(setting, &wanted)?.first().copied())
    };
    let mut asked = Asked {
        targets: all("data.target", &config.target)?,
        named_targets: !config.target.is_empty(),
        task: config.task,
        ignored: all("data.ignore", &config.ignore)?,
        categorical: all("data.categorical", &config.categorical)?,
        numeric: all("data.numeric", &config.numeric)?,
        weight: one("data.weight", &config.weight)?,
        group: one("data.group", &config.group)?,
        files: one("data.images", &Alone::files(alone))?,
        text: one("data.text", &Alone::text(alone))?,
        series: one("data.series", &Alone::series(alone))?,
        steps: Alone::is_steps(alone),
        time: one("data.time", &config.time)?,
        day_first: config.day_first,
        reading: config.reading,
    };
    if asked.group.is_some() && asked.time.is_some() {
        return Err(SettingError::GroupAndTime.into());
    }
    check_roles(names, &asked)?;
    if asked.targets.is_empty() {
        asked.targets.extend(last_free(names, &asked));
    }
    Ok(asked)
}

/// Whether a column is looked at: those that are ignored, that name files and that hold texts are not, but for one that orders the rows.
pub(super) fn looked_at(count: usize, asked: &Asked) -> Vec<bool> {
    let is_used = |column: &usize| {
        !asked.ignored.contains(column) && asked.alone() != Some(*column) && asked.series != Some(*column)
    };
    (0..count).map(|column| is_used(&column) || asked.time == Some(column)).collect()
}

/// The places of columns by their names, each once.
pub(super) fn places(
    path: &Path,
    names: &[String],
    setting: &'static str,
    wanted: &[String],
) -> Result<Vec<usize>, DataError> {
    let mut places = Vec::with_capacity(wanted.len());
    for name in wanted {
        let place = names.iter().position(|known| known == name && !name.is_empty());
        let place = place.ok_or_else(|| SettingError::UnknownColumn {
            setting,
            name: name.clone(),
            path: path.to_owned(),
            nearest: nearest(name, names.iter().map(String::as_str)),
        })?;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(places)
}

/// The last column that nothing else is asked of.
fn last_free(names: &[String], asked: &Asked) -> Option<usize> {
    let taken = [asked.weight, asked.group, asked.time, asked.alone(), asked.series];
    let is_free = |column: &usize| {
        !names[*column].is_empty() && !asked.ignored.contains(column) && !taken.contains(&Some(*column))
    };
    (0..names.len()).rev().find(is_free)
}

/// An error for a column that is to be two things.
fn check_roles(names: &[String], asked: &Asked) -> Result<(), DataError> {
    let one = |place: Option<usize>| place.into_iter().collect::<Vec<usize>>();
    let lists = [
        ("data.target", asked.targets.clone()),
        ("data.ignore", asked.ignored.clone()),
        ("data.weight", one(asked.weight)),
        ("data.group", one(asked.group)),
        ("data.time", one(asked.time)),
        ("data.images", one(asked.files)),
        ("data.text", one(asked.text)),
        ("data.series", one(asked.series)),
        ("data.categorical", asked.categorical.clone()),
        ("data.numeric", asked.numeric.clone()),
    ];
    // What a target is may be said, and what orders the rows may be left out of the inputs.
    let may = |first: &str, second: &str| {
        matches!(
            (first, second),
            ("data.target", "data.categorical" | "data.numeric") | ("data.ignore", "data.time")
        ) || matches!((first, second), ("data.time", "data.categorical" | "data.numeric"))
    };
    for (index, (second, columns)) in lists.iter().enumerate() {
        for (first, others) in &lists[..index] {
            let both = columns.iter().find(|column| others.contains(column));
            if let Some(&both) = both.filter(|_| !may(first, second)) {
                let name = names[both].clone();
                return Err(match (*first, *second) {
                    ("data.target", "data.ignore") => SettingError::TargetIgnored { name },
                    (setting, "data.weight") => SettingError::WeightTaken { name, setting },
                    (first, second) => SettingError::TwoRoles { name, first, second },
                }
                .into());
            }
        }
    }
    Ok(())
}
