//! `kiln data info`: what a data set holds.

use kiln_data::source::catalog;
use kiln_data::{Cell, DataError, Dataset, Description};
use kiln_experiment::ExperimentError;
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};
use kiln_terminal::{Output, fields, tell};

use crate::args::{ConfigArguments, Global};
use crate::configuration::configuration;
use crate::error::CliError;

pub(super) fn run(arguments: &ConfigArguments, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&of_source(arguments), global)?;
    let dataset = resolved.config.data.load().map_err(|error| ExperimentError::at(error, &resolved))?;
    if out.json { event(&dataset, out) } else { Ok(out.data(&describe(&dataset)?)?) }
}

/// Besides a configuration, recipe or data, the first argument may be the name of a source.
fn of_source(arguments: &ConfigArguments) -> ConfigArguments {
    let Some(word) = arguments.config.as_deref().filter(|word| !word.contains('=')) else {
        return arguments.clone();
    };
    // A set rather than the recipe of its name; what else names data is known everywhere.
    if !catalog().iter().any(|source| source.name == word) {
        return arguments.clone();
    }
    let settings = [format!("data.source={word}")];
    // Before the user's own settings, which win.
    ConfigArguments {
        config: None,
        overrides: settings.into_iter().chain(arguments.overrides.iter().cloned()).collect(),
    }
}

fn describe(dataset: &Dataset) -> Result<String, CliError> {
    let (inputs, target) = (dataset.features.describe(), dataset.target.describe());
    let size = |described: &Description| match described.bytes {
        Some(bytes) => format!("{}, {}", described.summary, human::bytes(bytes)),
        None => described.summary.clone(),
    };
    let fixed = match dataset.fixed_test.len() {
        0 => "none: a share is held out".to_owned(),
        fixed => format!("{} items, fixed by the source", human::count(fixed as u64)),
    };
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    facts.row(["data", dataset.name.as_str()]);
    facts.row(["items".to_owned(), human::count(items(dataset)? as u64)]);
    facts.row(["inputs".to_owned(), size(&inputs)]);
    facts.row(["target".to_owned(), size(&target)]);
    if !dataset.arrangement.fixed_validation.is_empty() {
        let items = human::count(dataset.arrangement.fixed_validation.len() as u64);
        facts.row(["validation part".to_owned(), format!("{items} items, fixed by the source")]);
    }
    facts.row(["test part".to_owned(), fixed]);
    let left_out = match dataset.arrangement.skipped.len() {
        0 => None,
        1 => Some("1 file that cannot be read or is in no class".to_owned()),
        files => Some(format!("{} files that cannot be read or are in no class", human::count(files as u64))),
    };
    if let Some(left_out) = left_out {
        facts.row(["left out".to_owned(), left_out]);
    }
    if let Some(understood) = &dataset.arrangement.understood {
        tell::understood::add_unused(&mut facts, understood);
    }
    facts.row(["fingerprint", dataset.fingerprint.as_str()]);
    let colour = colour(&std::io::stdout());
    let mut text = facts.render(colour);
    for table in [inputs.table, target.table].into_iter().flatten() {
        text.push('\n');
        text.push_str(&in_columns(&table).render(colour));
    }
    Ok(text)
}

fn in_columns(described: &kiln_data::Table) -> Table {
    let texts = described.texts.iter().map(|title| Column::left(*title));
    let mut table = Table::new(texts.chain(described.numbers.iter().map(|title| Column::right(*title))));
    for row in &described.rows {
        let numbers: Vec<f64> = row
            .iter()
            .filter_map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None })
            .collect();
        let mut numbers = human::apart(&numbers).into_iter();
        table.row(row.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => human::count(*count),
            Cell::Number(_) => numbers.next().unwrap_or_default(),
        }));
    }
    table
}

fn items(dataset: &Dataset) -> Result<usize, CliError> {
    Ok(dataset.target.rows().map_err(DataError::from)?)
}

fn event(dataset: &Dataset, out: Output) -> Result<(), CliError> {
    Ok(out.event(
        "data",
        fields! {
            name: dataset.name, items: items(dataset)?, inputs: dataset.features.describe().json,
            target: dataset.target.describe().json, fixed_test: dataset.fixed_test.len(),
            fingerprint: dataset.fingerprint,
        },
    )?)
}
