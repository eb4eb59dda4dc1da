//! Several runs side by side: their scores, and the settings in which they differ.

use std::path::PathBuf;

use kiln_experiment::ExperimentError;
use kiln_experiment::run::RunRecord;

use crate::block::{Block, Section, Table};
use crate::differences::{Difference, all, config, differing, each, results, settings};
use crate::report::name;

pub(crate) fn together(runs: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let names: Vec<String> = runs.iter().map(|run| name(run)).collect();
    let results = each(runs, |run| Ok(results(&RunRecord::read(run)?)))?;
    let settings = each(runs, |run| Ok(settings(&config(run)?)))?;
    let sections = [
        Section::new("scores", "Scores").with_any(table(
            ["The kept weights", "result"],
            &names,
            all(&results),
        )),
        Section::new("differences", "Differences").with_any(table(
            ["Settings in which the runs differ", "setting"],
            &names,
            differing(&settings),
        )),
    ];
    Ok(sections.into_iter().filter_map(Section::unless_empty).collect())
}

fn table([caption, first]: [&str; 2], names: &[String], found: Vec<Difference>) -> Option<Block> {
    let head: Vec<&str> = std::iter::once(first).chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(caption, &head);
    for Difference { name, values } in found {
        let values = values.into_iter().map(|value| value.unwrap_or_else(|| "–".to_owned()));
        table.row(std::iter::once(name).chain(values));
    }
    table.block()
}
