//! What is predicted, and why.

use super::asked::Asked;
use super::facts::{Facts, Undecided};
use super::role::Read;
use crate::{Reading, TaskKind};

/// More different numbers than this are not classes.
const MAX_NUMBER_CLASSES: usize = 20;
/// Numbers that occur less often than this on average are not classes.
const MIN_ROWS_PER_CLASS: usize = 3;
/// Whole numbers beyond this are not classes.
const MAX_CLASS: f64 = 16_777_216.0;

/// What is predicted.
pub(super) struct Wanted {
    pub(super) task: TaskKind,
    pub(super) read: Read,
    pub(super) why: String,
}

/// What is predicted: what the settings say, or what the column looks like.
pub(super) fn target(columns: &[Facts<'_>], asked: &Asked) -> Result<Wanted, Undecided> {
    let said = "data.task says so";
    let wanted = |task: TaskKind, read: Read, why: &str| Wanted { task, read, why: why.to_owned() };
    let [place] = asked.targets[..] else {
        return match asked.task {
            Some(TaskKind::Classification) => Err(Undecided::SeveralClasses { targets: asked.targets.len() }),
            Some(task) => Ok(wanted(task, Read::Numbers, said)),
            None => Ok(wanted(TaskKind::Regression, Read::Numbers, "there are several targets")),
        };
    };
    let column = &columns[place];
    let by_number = asked.numeric.contains(&place) || asked.reading == Reading::First;
    let classes = if by_number { Read::NumberClasses } else { Read::Classes };
    Ok(match asked.task {
        Some(TaskKind::Classification) => wanted(TaskKind::Classification, classes, said),
        Some(TaskKind::Regression) => wanted(TaskKind::Regression, Read::Numbers, said),
        Some(TaskKind::MultiLabel) => wanted(TaskKind::MultiLabel, Read::Labels, said),
        None if asked.categorical.contains(&place) => {
            wanted(TaskKind::Classification, classes, "data.categorical says so")
        }
        // One in ten with a mark between labels is no accident.
        None if !column.is_nearly_numeric() && 10 * column.survey.words.lists > column.survey.texts => {
            let why = "its cells are texts (data.task=multi-label: labels between |)";
            wanted(TaskKind::Classification, classes, why)
        }
        None if !column.is_nearly_numeric() => {
            wanted(TaskKind::Classification, classes, "its cells are texts")
        }
        None => of_numbers(column, classes),
    })
}

/// Numbers are classes where all are whole, there are 20 different ones at most, and each occurs 3 times on average.
fn of_numbers(column: &Facts<'_>, classes: Read) -> Wanted {
    let (range, numbers) = (&column.survey.range, column.numbers());
    let is_whole = range.whole && range.least.abs().max(range.greatest.abs()) <= MAX_CLASS;
    let regression = |why: String| Wanted { task: TaskKind::Regression, read: Read::Numbers, why };
    match column.survey.distinct.count().filter(|count| *count <= MAX_NUMBER_CLASSES) {
        _ if column.survey.texts > 0 || !is_whole => {
            regression("its cells are numbers, not all whole".to_owned())
        }
        None => regression(format!("its cells are more than {MAX_NUMBER_CLASSES} different numbers")),
        Some(count) if numbers < MIN_ROWS_PER_CLASS * count => {
            regression(format!("its cells are {count} different numbers in {numbers} rows"))
        }
        Some(count) => Wanted {
            task: TaskKind::Classification,
            read: classes,
            why: format!("its cells are {count} different whole numbers (data.task=regression: numbers)"),
        },
    }
}
