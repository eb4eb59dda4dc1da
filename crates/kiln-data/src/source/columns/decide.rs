//! From what was seen of the columns, and the settings, to what each of them is.

use super::asked::Asked;
use super::facts::{Facts, Undecided};
use super::role::{Assigned, ColumnRole, Read};
use super::target::target;
use crate::date::Found;
use crate::source::table::IdName;
use crate::{Reading, TaskKind};

/// Fewer cells than this say nothing about whether every text is a name of its own.
const LEAST_FOR_IDS: usize = 20;

/// What a table is.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    /// One for each column.
    pub(crate) columns: Vec<Assigned>,
    pub(crate) task: TaskKind,
    /// Why it is this task.
    pub(crate) why: String,
}

/// What each column is, and for what.
pub(crate) fn decide(columns: &[Facts<'_>], asked: &Asked) -> Result<Decision, Undecided> {
    let target = target(columns, asked)?;
    let mut assigned = Vec::with_capacity(columns.len());
    for (place, column) in columns.iter().enumerate() {
        assigned.push(if asked.targets.contains(&place) {
            Assigned::new(ColumnRole::Target, target.read)
        } else if asked.weight == Some(place) {
            Assigned::new(ColumnRole::Weight, Read::Numbers)
        } else if asked.group == Some(place) {
            Assigned::new(ColumnRole::Group, groups(column))
        } else if asked.ignored.contains(&place) {
            ignored(place, column, asked)?
        } else if asked.series == Some(place) {
            Assigned::new(ColumnRole::Series, Read::Skip)
        } else if asked.steps && asked.time == Some(place) {
            Assigned { read: input(place, column, asked)?.read, ..Assigned::left_out("it orders the steps") }
        } else if asked.alone().is_some() {
            beside_alone(place, column, asked)?
        } else {
            input(place, column, asked)?
        });
    }
    let is_input = |column: &Assigned| {
        use ColumnRole::{Booleans, Categories, Dates, Numbers};
        matches!(column.role, Numbers | Categories | Booleans | Dates)
    };
    if asked.alone().is_none() && !asked.steps && !assigned.iter().any(is_input) {
        let left_out =
            assigned.into_iter().enumerate().filter(|(_, column)| column.role == ColumnRole::LeftOut);
        let left_out = left_out.filter_map(|(place, column)| Some((place, column.why?))).collect();
        return Err(Undecided::NoInputs { left_out });
    }
    Ok(Decision { columns: assigned, task: target.task, why: target.why })
}

/// How groups are read, so that they come in the order of their numbers or texts: a split without a seed goes by that order.
fn groups(column: &Facts<'_>) -> Read {
    match column.survey.distinct.count() {
        _ if column.survey.texts == 0 => Read::Numbers,
        Some(_) => Read::Categories,
        None => Read::Groups,
    }
}

/// A column that is left out by the settings. One that orders the rows is read all the same.
fn ignored(place: usize, column: &Facts<'_>, asked: &Asked) -> Result<Assigned, Undecided> {
    let left_out = Assigned::left_out("data.ignore");
    if asked.time != Some(place) {
        return Ok(left_out);
    }
    let read = match column.survey.words.dates.found(asked.day_first) {
        _ if column.is_numeric => Read::Numbers,
        Found::Dates(form) => Read::Dates(form),
        Found::DayOrMonth => return Err(Undecided::DayOrMonth { column: place }),
        Found::NoDates => Read::Numbers,
    };
    Ok(Assigned { read, ..left_out })
}

/// A column beside that of the files or texts, or that one. One that orders the rows is read all the same.
fn beside_alone(place: usize, column: &Facts<'_>, asked: &Asked) -> Result<Assigned, Undecided> {
    Ok(if asked.files == Some(place) {
        Assigned::new(ColumnRole::Files, Read::Skip)
    } else if asked.text == Some(place) {
        Assigned::new(ColumnRole::Text, Read::Skip)
    } else if asked.time == Some(place) {
        Assigned { read: input(place, column, asked)?.read, ..Assigned::left_out("it orders the rows") }
    } else {
        let inputs = if asked.text.is_some() { "texts" } else { "images" };
        Assigned::left_out(format!("the {inputs} are the inputs"))
    })
}

/// What a column is to the model.
fn input(place: usize, column: &Facts<'_>, asked: &Asked) -> Result<Assigned, Undecided> {
    let survey = column.survey;
    let categories = Assigned::new(ColumnRole::Categories, Read::Categories);
    let numbers = Assigned::new(ColumnRole::Numbers, Read::Numbers);
    if asked.reading == Reading::First {
        return Ok(if column.is_nearly_numeric() { numbers } else { categories });
    }
    if asked.categorical.contains(&place) {
        return Ok(Assigned { why: Some("data.categorical".to_owned()), ..categories });
    }
    if asked.numeric.contains(&place) {
        return Ok(Assigned { why: Some("data.numeric".to_owned()), ..numbers });
    }
    if column.name.is_empty() {
        return Ok(Assigned::left_out("the first column has no name: an index"));
    }
    if column.cells() == 0 {
        return Ok(Assigned::left_out("no value in any row"));
    }
    let orders = asked.time == Some(place);
    if column.is_numeric {
        let why = number_id(column).filter(|_| !orders);
        return Ok(why.map_or(numbers, Assigned::left_out));
    }
    if column.numbers() == 0 {
        match survey.words.dates.found(asked.day_first) {
            Found::Dates(form) => {
                let why = Some(form.order().to_owned());
                return Ok(Assigned { role: ColumnRole::Dates, read: Read::Dates(form), why });
            }
            Found::DayOrMonth => return Err(Undecided::DayOrMonth { column: place }),
            Found::NoDates => {}
        }
        if survey.truths == survey.texts {
            return Ok(Assigned::new(ColumnRole::Booleans, Read::Booleans));
        }
        if 20 * survey.words.images >= 19 * survey.texts {
            return Err(Undecided::FileNames { column: place });
        }
    }
    let why = text_id(column).filter(|_| !orders);
    Ok(why.map_or(categories, Assigned::left_out))
}

/// Why numbers identify rows and say nothing of them.
fn number_id(column: &Facts<'_>) -> Option<&'static str> {
    let survey = column.survey;
    if survey.texts > 0 || column.numbers() < LEAST_FOR_IDS || !survey.range.whole {
        return None;
    }
    match IdName::of(column.name) {
        IdName::No => None,
        _ if survey.range.is_count() => Some("an id: it counts the rows"),
        IdName::Yes if is_unique(column) => Some("an id: a different whole number in every row"),
        _ => None,
    }
}

/// Why texts identify rows and say nothing of them.
fn text_id(column: &Facts<'_>) -> Option<String> {
    let cells = column.cells();
    if cells < LEAST_FOR_IDS || !is_unique(column) {
        return None;
    }
    Some(match column.survey.distinct.count() {
        Some(count) if count == cells => "an id: a different text in every row".to_owned(),
        Some(count) => format!("an id: {count} different texts in {cells} rows"),
        None => "an id: nearly every text is different".to_owned(),
    })
}

/// Whether a text stands in about one cell: 95 % of the cells are different. Of many different ones it is an estimate, which is
/// off by a few per cent.
fn is_unique(column: &Facts<'_>) -> bool {
    let distinct = &column.survey.distinct;
    let least = if distinct.count().is_some() { 0.95 } else { 0.85 };
    distinct.estimate() >= least * column.cells() as f64
}
