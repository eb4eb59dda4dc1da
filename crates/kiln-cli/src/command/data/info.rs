//! `kiln data info`: what a data set holds.

use std::path::Path;

use kiln_data::source::catalog;
use kiln_data::{Dataset, Features, MISSING, Target, Values};
use kiln_experiment::ExperimentError;
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};
use serde_json::{Value, json};

use crate::args::{Global, Plan};
use crate::configuration::configuration;
use crate::error::CliError;
use crate::output::{Output, fields};

/// More classes than this are counted, not listed.
const MOST_CLASSES: usize = 30;

pub(super) fn run(plan: &Plan, global: &Global, out: Output) -> Result<(), CliError> {
    let resolved = configuration(&of_source(plan), global)?;
    let dataset = resolved.config.data.load().map_err(|error| ExperimentError::at(error, &resolved))?;
    if out.json { event(&dataset, out) } else { out.data(&describe(&dataset)) }
}

/// Besides a configuration or recipe, the first argument may be the name of a source, or a file or folder with data.
fn of_source(plan: &Plan) -> Plan {
    let Some(word) = plan.config.as_deref().filter(|word| !word.contains('=')) else { return plan.clone() };
    let settings = if catalog().iter().any(|source| source.name == word) {
        vec![format!("data.source={word}")]
    } else {
        match format_of(Path::new(word)) {
            // As JSON, which is TOML too, the path survives whatever is in it.
            Some(format) => vec![format!("data.source={format}"), format!("data.path={}", json!(word))],
            None => return plan.clone(),
        }
    };
    // Before the user's own settings, which win.
    Plan { config: None, overrides: settings.into_iter().chain(plan.overrides.iter().cloned()).collect() }
}

fn format_of(path: &Path) -> Option<&'static str> {
    if path.is_dir() {
        let is_idx = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().contains("idx3-ubyte");
        let idx = std::fs::read_dir(path).ok()?.filter_map(Result::ok).any(is_idx);
        return Some(if idx { "idx" } else { "images" });
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    matches!(extension.as_deref(), Some("csv" | "tsv")).then_some("csv")
}

fn items(dataset: &Dataset) -> usize {
    match &dataset.target {
        Target::Classes { labels, .. } => labels.len(),
        Target::Values { values, names } => values.len() / names.len().max(1),
    }
}

fn describe(dataset: &Dataset) -> String {
    let mut facts = Table::new([Column::left(""), Column::left("")]);
    facts.row(["data", dataset.name.as_str()]);
    facts.row(["items".to_owned(), human::count(items(dataset) as u64)]);
    match &dataset.features {
        Features::Images(images) => {
            let [channels, height, width] = images.shape;
            let size = human::bytes(images.pixels.len() as u64);
            facts.row([
                "inputs".to_owned(),
                format!("images, {channels} x {height} x {width}, 8 bit, {size}"),
            ]);
        }
        Features::Table(columns) => {
            facts.row(["inputs".to_owned(), format!("{} columns", columns.len())]);
        }
    }
    match &dataset.target {
        Target::Classes { names, .. } => {
            facts.row(["target".to_owned(), format!("one of {} classes", names.len())])
        }
        Target::Values { names, .. } => {
            facts.row(["target".to_owned(), format!("numbers: {}", names.join(", "))])
        }
    };
    let fixed = match dataset.fixed_test.len() {
        0 => "none: a share is held out".to_owned(),
        fixed => format!("{} items, fixed by the source", human::count(fixed as u64)),
    };
    facts.row(["test part".to_owned(), fixed]);
    facts.row(["fingerprint", dataset.fingerprint.as_str()]);
    let colour = colour(&std::io::stdout());
    let mut text = facts.render(colour);
    for table in [columns(dataset), targets(dataset)].into_iter().flatten() {
        text.push('\n');
        text.push_str(&table.render(colour));
    }
    text
}

fn columns(dataset: &Dataset) -> Option<Table> {
    let Features::Table(columns) = &dataset.features else { return None };
    let mut table = Table::new([
        Column::left("column"),
        Column::left("kind"),
        Column::right("missing"),
        Column::right("least"),
        Column::right("mean"),
        Column::right("greatest"),
    ]);
    for column in columns {
        match &column.values {
            Values::Numeric(values) => {
                let summary = Summary::of(values.iter().copied());
                table.row([
                    column.name.clone(),
                    "numbers".to_owned(),
                    human::count(summary.missing),
                    human::metric(summary.least),
                    human::metric(summary.mean),
                    human::metric(summary.greatest),
                ]);
            }
            Values::Categorical { codes, names } => {
                let missing = codes.iter().filter(|code| **code == MISSING).count() as u64;
                let kind = format!("{} categories", names.len());
                table.row([column.name.clone(), kind, human::count(missing)]);
            }
        }
    }
    Some(table)
}

fn targets(dataset: &Dataset) -> Option<Table> {
    match &dataset.target {
        Target::Classes { names, .. } if names.len() > MOST_CLASSES => None,
        Target::Classes { names, .. } => {
            let mut table = Table::new([Column::left("class"), Column::right("items")]);
            for (name, count) in names.iter().zip(counts(dataset)) {
                table.row([name.clone(), human::count(count)]);
            }
            Some(table)
        }
        Target::Values { values, names } => {
            let titles = ["target", "least", "mean", "greatest"];
            let mut table = Table::new(titles.map(|title| match title {
                "target" => Column::left(title),
                _ => Column::right(title),
            }));
            for (index, name) in names.iter().enumerate() {
                let summary = Summary::of(values.iter().skip(index).step_by(names.len()).copied());
                let numbers = [summary.least, summary.mean, summary.greatest].map(human::metric);
                table.row(std::iter::once(name.clone()).chain(numbers));
            }
            Some(table)
        }
    }
}

/// Items of each class.
fn counts(dataset: &Dataset) -> Vec<u64> {
    let Target::Classes { labels, names } = &dataset.target else { return Vec::new() };
    let mut counts = vec![0; names.len()];
    for label in labels {
        if let Some(count) = counts.get_mut(*label as usize) {
            *count += 1;
        }
    }
    counts
}

struct Summary {
    missing: u64,
    least: f64,
    mean: f64,
    greatest: f64,
}

impl Summary {
    fn of(values: impl Iterator<Item = f32>) -> Self {
        let (mut missing, mut present, mut sum) = (0u64, 0u64, 0.0);
        let (mut least, mut greatest) = (f64::NAN, f64::NAN);
        for value in values.map(f64::from) {
            if value.is_nan() {
                missing += 1;
                continue;
            }
            present += 1;
            sum += value;
            least = least.min(value);
            greatest = greatest.max(value);
        }
        Self { missing, least, mean: sum / present as f64, greatest }
    }
}

fn event(dataset: &Dataset, out: Output) -> Result<(), CliError> {
    let inputs = match &dataset.features {
        Features::Images(images) => json!({ "images": images.shape }),
        Features::Table(columns) => {
            let columns: Vec<Value> = columns
                .iter()
                .map(|column| match &column.values {
                    Values::Numeric(values) => {
                        let missing = values.iter().filter(|value| value.is_nan()).count();
                        json!({ "name": column.name, "kind": "numeric", "missing": missing })
                    }
                    Values::Categorical { codes, names } => {
                        let missing = codes.iter().filter(|code| **code == MISSING).count();
                        json!({ "name": column.name, "kind": "categorical", "missing": missing, "categories": names })
                    }
                })
                .collect();
            json!({ "columns": columns })
        }
    };
    let target = match &dataset.target {
        Target::Classes { names, .. } => json!({ "classes": names, "items": counts(dataset) }),
        Target::Values { names, .. } => json!({ "values": names }),
    };
    out.event(
        "data",
        fields! {
            name: dataset.name, items: items(dataset), inputs: inputs, target: target,
            fixed_test: dataset.fixed_test.len(), fingerprint: dataset.fingerprint,
        },
    )
}
