//! `kiln data check`: what training would do before its first step.

use kiln_data::{Dataset, Split};
use kiln_experiment::job::Job;
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};
use kiln_terminal::{Output, fields, tell};
use serde_json::{Value, json};

use crate::args::{ConfigArguments, Global};
use crate::configuration::configuration;
use crate::error::CliError;

pub(super) fn run(arguments: &ConfigArguments, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(arguments, global)?;
    resolved.check()?;
    let Job { prepared, blueprint, summary, .. } = Job::load(&resolved)?;
    let outputs = blueprint.loss.outputs();
    let texts = prepared.text_facts();
    let (dataset, fitted) = (&prepared.dataset, &prepared.fitted);
    let parts = parts(&prepared.split);
    if out.json {
        let counts: Value =
            parts.iter().map(|(name, rows)| ((*name).to_owned(), json!(rows.len()))).collect();
        return Ok(out.event(
            "data_check",
            fields! {
                name: dataset.name, fingerprint: dataset.fingerprint, parts: counts,
                inputs: fitted.input_shape().dims(), outputs: outputs, parameters: summary.parameters,
                texts: tell::texts::fields(&texts),
            },
        )?);
    }
    let mut text = table(dataset, &parts).render(colour(&std::io::stdout()));
    if !texts.is_empty() {
        text.push_str(&format!("\n{}", tell::texts::lines(&texts).render(colour(&std::io::stdout()))));
    }
    let dims: Vec<String> = fitted.input_shape().dims().iter().map(ToString::to_string).collect();
    text.push_str(&format!(
        "\neach input becomes {}, {} outputs, {} parameters\nok\n",
        dims.join(" x "),
        outputs,
        human::count(summary.parameters as u64)
    ));
    Ok(out.data(&text)?)
}

fn parts(split: &Split) -> [(&'static str, &[usize]); 3] {
    [("train", &split.train), ("validation", &split.validation), ("test", &split.test)]
}

/// The items of each part; with a few classes, those of each class.
fn table(dataset: &Dataset, parts: &[(&str, &[usize])]) -> Table {
    let classes = dataset.target.labels().filter(|_| dataset.target.names().len() <= 12);
    let names = classes.map_or(&[][..], |_| dataset.target.names());
    let mut table = Table::new(
        [Column::left("part"), Column::right("items")].into_iter().chain(names.iter().map(Column::right)),
    );
    for (part, rows) in parts {
        let mut cells = vec![(*part).to_owned(), human::count(rows.len() as u64)];
        if let Some(labels) = classes {
            cells.extend((0..names.len()).map(|class| {
                let count = rows.iter().filter(|row| labels.get(**row) == Some(&(class as u32))).count();
                human::count(count as u64)
            }));
        }
        table.row(cells);
    }
    table
}
