//! What kiln understood of a table, before it trains on it.

use kiln_data::{Arrangement, ColumnRole, Dataset, TaskKind, Understood};
use kiln_report::{Column, Table, human, table, visible};
use serde_json::{Map, Value, json};

use super::images;
use crate::output::{Output, Unwritten};

/// More names than this are counted.
const MOST_NAMES: usize = 12;

/// The event, or lines for a person. Nothing for data that are neither a table of a file nor files of images.
pub fn tell(dataset: &Dataset, out: Output) -> Result<(), Unwritten> {
    let Arrangement { understood, from_files, .. } = &dataset.arrangement;
    if understood.is_none() && !from_files {
        return Ok(());
    }
    if out.json {
        return out.event("understood", fields(dataset, understood.as_deref()));
    }
    if let Some(understood) = understood {
        out.say(&lines(dataset, understood));
    }
    if *from_files {
        // The classes of a table were said with it.
        out.say(&images::lines(dataset, classes(dataset).filter(|_| understood.is_none())));
    }
    Ok(())
}

fn fields(dataset: &Dataset, understood: Option<&Understood>) -> Map<String, Value> {
    let mut fields = Map::from_iter([("name".to_owned(), json!(dataset.name))]);
    if let Value::Object(own) = json!(understood) {
        fields.extend(own);
    }
    if dataset.arrangement.from_files {
        images::add_fields(dataset, &mut fields);
    }
    if dataset.target.labels().is_some() {
        fields.insert("classes".to_owned(), dataset.target.describe().json);
    }
    fields
}

/// A table: what is predicted and why, the columns by what they are, what is left out and why, missing cells.
fn lines(dataset: &Dataset, understood: &Understood) -> String {
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    let rows = human::count(understood.rows as u64);
    facts.row([
        "rows".to_owned(),
        match understood.skipped {
            0 => rows,
            1 => format!("{rows}; 1 more has no target and is left out"),
            skipped => {
                format!("{rows}; {} more have no target and are left out", human::count(skipped as u64))
            }
        },
    ]);
    if let Some(series) = dataset.features.as_series() {
        let items = human::count(series.len() as u64);
        facts.row(["items".to_owned(), format!("{items} {}", dataset.features.describe().summary)]);
    }
    if !understood.written.is_empty() {
        facts.row(["written".to_owned(), understood.written.join(", ")]);
    }
    let task = match understood.task {
        TaskKind::Classification => "classification",
        TaskKind::Regression => "regression",
        _ => "multi-label",
    };
    let target = understood.target.join(", ");
    facts.row(["target".to_owned(), format!("{target}: {task}, because {}", understood.why)]);
    if let Some(classes) = classes(dataset) {
        facts.row(["classes".to_owned(), classes]);
    }
    for (role, title) in [
        (ColumnRole::Files, "image files"),
        (ColumnRole::Text, "texts"),
        (ColumnRole::Series, "series"),
        (ColumnRole::Numbers, "numbers"),
        (ColumnRole::Categories, "categories"),
        (ColumnRole::Booleans, "yes or no"),
        (ColumnRole::Dates, "dates"),
        (ColumnRole::Weight, "weight"),
        (ColumnRole::Group, "kept together"),
    ] {
        let names = understood.of(role).map(|column| {
            let of = |count: usize| format!("{} ({count})", column.shown());
            let plain = || column.shown().to_owned();
            match role {
                ColumnRole::Categories => column.categories.map_or_else(plain, of),
                ColumnRole::Dates => match &column.why {
                    Some(why) => format!("{} ({why})", column.shown()),
                    None => plain(),
                },
                _ => plain(),
            }
        });
        row(&mut facts, title, names);
    }
    if let Some(time) = &understood.time {
        facts.row(["in the order of", time.as_str()]);
    }
    row(&mut facts, "left out", left_out(understood));
    let used = understood.columns.iter().filter(|column| column.role != ColumnRole::LeftOut);
    let missing = used.filter(|column| column.missing > 0);
    let missing = missing.map(|column| format!("{} {}", column.shown(), human::count(column.missing as u64)));
    row(&mut facts, "missing cells", missing);
    let mut text = facts.render(table::colour(&std::io::stderr()));
    text.truncate(text.trim_end().len());
    for note in &understood.notes {
        text.push_str(&format!("\nnote: {}", visible::printable(note)));
    }
    text
}

/// The columns that are not used, and why.
fn left_out(understood: &Understood) -> impl Iterator<Item = String> {
    understood.of(ColumnRole::LeftOut).map(|column| match &column.why {
        Some(why) => format!("{} ({why})", column.shown()),
        None => column.shown().to_owned(),
    })
}

/// What of a table is not used: lines for `kiln data info`.
pub fn add_unused(facts: &mut Table, understood: &Understood) {
    row(facts, "left out", left_out(understood));
    if understood.skipped > 0 {
        facts.row([
            "without a target".to_owned(),
            format!("{} rows, left out", human::count(understood.skipped as u64)),
        ]);
    }
}

/// A line of names, the first of many.
fn row(facts: &mut Table, title: &str, names: impl Iterator<Item = String>) {
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut text = names[..names.len() - more].join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    if !names.is_empty() {
        facts.row([title.to_owned(), text]);
    }
}

/// The classes with the number of their items.
fn classes(dataset: &Dataset) -> Option<String> {
    let (labels, names) = (dataset.target.labels()?, dataset.target.names());
    let mut counts = vec![0u64; names.len()];
    for &label in labels {
        counts[label as usize] += 1;
    }
    let shown = names.iter().zip(&counts).take(MOST_NAMES);
    let shown: Vec<String> = shown.map(|(name, count)| format!("{name} {}", human::count(*count))).collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{}{more}", shown.join(", ")))
}
