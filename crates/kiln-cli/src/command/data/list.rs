//! `kiln data list`.

use kiln_data::source::{Availability, catalog};
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};
use kiln_terminal::{Output, fields};

use crate::error::CliError;

pub(super) fn run(out: Output) -> Result<(), CliError> {
    let sources = catalog();
    if out.json {
        for source in &sources {
            let (state, folders) = match &source.availability {
                Availability::Bundled => ("bundled", Vec::new()),
                Availability::Found(folder) => ("found", vec![folder.display().to_string()]),
                Availability::Missing(looked) => {
                    ("missing", looked.iter().map(|folder| folder.display().to_string()).collect())
                }
                _ => ("needs_path", Vec::new()),
            };
            out.event(
                "data_source",
                fields! {
                    name: source.name, items: source.items, what: source.what, licence: source.licence,
                    state: state, folders: folders,
                },
            )?;
        }
        return Ok(());
    }
    let mut table = Table::new([
        Column::left("source"),
        Column::right("items"),
        Column::left("what it holds"),
        Column::left("where"),
        Column::left("licence"),
    ]);
    for source in &sources {
        let place = match &source.availability {
            Availability::Bundled => "in the program".to_owned(),
            Availability::Found(folder) => folder.display().to_string(),
            Availability::Missing(_) => {
                format!("missing: apt-get install dataset-{}, or --data", source.name)
            }
            _ => "--data PATH".to_owned(),
        };
        let items = source.items.map_or_else(String::new, |items| human::count(items as u64));
        table.row([source.name.to_owned(), items, source.what.to_owned(), place, source.licence.to_owned()]);
    }
    Ok(out.data(&table.render(colour(&std::io::stdout())))?)
}
