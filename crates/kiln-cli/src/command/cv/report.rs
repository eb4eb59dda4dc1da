//! What is said of a fold, and of all of them.

use std::path::Path;

use kiln_report::{Column, Metrics, Table, boxplot, confusion, human, table};
use kiln_validate::statistics::Summary;
use serde_json::{Map, Value, json};

use super::Folds;
use super::optimism::{Optimism, choices};
use super::record::{FoldRecord, Summaries};
use crate::error::CliError;
use crate::output::{Output, fields};

/// Characters of the box.
const BOX: usize = 40;

/// The event of a fold.
pub(super) fn fold_event(record: &FoldRecord, out: Output) -> Result<(), CliError> {
    if !out.json {
        return Ok(());
    }
    let [train, validation, test] = record.items;
    let written = out.event(
        "fold",
        fields! {
            fold: record.fold, test: record.test, best_epoch: record.best_epoch, seconds: record.seconds,
            train: record.train, validation: record.validation, stop: record.stop,
            items: json!({ "train": train, "validation": validation, "test": test }),
            weights_blake3: record.weights_blake3, search: record.search,
        },
    );
    match written {
        // A reader that has gone is no reason to stop training.
        Err(error) if error.is_closed_pipe() => Ok(()),
        written => written,
    }
}

/// A line for people, when a fold is done.
pub(super) fn fold_line(record: &FoldRecord, folds: usize, out: Output) {
    let (name, value) = record.test.headline().unwrap_or(("loss", f64::NAN));
    let time = human::seconds(record.seconds);
    out.say(&format!("fold {} of {folds}: {name} {}, {time}", record.fold + 1, human::metric(value)));
}

/// The end: events, or tables and what can be done next.
pub(super) fn whole(
    path: &Path,
    folds: &Folds,
    records: &[FoldRecord],
    summaries: &Summaries,
    out: Output,
) -> Result<(), CliError> {
    let seconds: f64 = records.iter().map(|record| record.seconds).sum();
    let (matrix, optimism) = (matrix(records), Optimism::of(records));
    if out.json {
        let by_name = |value: fn(&Summary) -> Value| -> Value {
            let entries = summaries.0.iter().map(|(name, _, summary)| (name.clone(), value(summary)));
            Value::Object(entries.collect::<Map<_, _>>())
        };
        return out.event(
            "cv",
            fields! {
                folds: records.len(), mean: by_name(|s| json!(s.mean)), std: by_name(|s| json!(s.std)),
                interval: by_name(|s| json!(s.interval)), seconds: seconds, classes: folds.class_names(),
                confusion: matrix, nested: optimism, run_dir: path.display().to_string(),
            },
        );
    }
    let mut text = scores(records, summaries).render(table::colour(&std::io::stdout()));
    if let Some((name, values, summary)) = summaries.0.iter().find(|(name, ..)| name != "loss") {
        let (low, high) =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        text += &format!(
            "\n{name}  {} {} {}\n\n{name} {} ± {}: the 95 % interval, corrected for the training items that folds \
             share\n",
            human::metric(low),
            boxplot::line(values, BOX),
            human::metric(high),
            human::metric(summary.mean),
            human::metric(half(summary))
        );
    }
    if let Some(optimism) = &optimism {
        let table = choices(records).render(table::colour(&std::io::stdout()));
        text += &format!("\n{table}\n{}\n", optimism.sentence());
    }
    if let (Some(names), Some(matrix)) = (folds.class_names(), &matrix) {
        text += &format!(
            "\nevery row, predicted by the model that has not seen it\n{}",
            confusion(names, matrix)
        );
    }
    out.data(&text)?;
    let run = path.display();
    let models = if folds.study.keep_models {
        format!("\n  kiln predict {run}/folds/0 INPUT    predictions of the first fold's model")
    } else {
        String::new()
    };
    let whole = match &folds.study.nested {
        Some(nested) => nested.command(&run.to_string()),
        None => format!("kiln train {run}/run.toml    a model from all of the data"),
    };
    out.say(&format!(
        "\nIn {run}: predictions.csv, and a folder for each fold\nNext:\n  kiln runs diff {run} OTHER    which of two \
         cross-validations is better{models}\n  {whole}"
    ));
    Ok(())
}

/// A line for each fold, then mean, standard deviation and interval.
fn scores(records: &[FoldRecord], summaries: &Summaries) -> Table {
    let names: Vec<&str> = summaries.0.iter().map(|(name, ..)| name.as_str()).collect();
    let judged = names.iter().find(|name| **name != "loss").copied();
    let mut columns = vec![Column::right("fold"), Column::right("items")];
    columns.extend(names.iter().map(|name| Column::right(*name)));
    columns.extend(judged.map(|name| Column::right(format!("{name} in training"))));
    columns.extend([Column::right("best epoch"), Column::right("time")]);
    let mut table = Table::new(columns);
    for record in records {
        let mut row = vec![(record.fold + 1).to_string(), record.items[2].to_string()];
        row.extend(names.iter().map(|name| shown(&record.test, name)));
        row.extend(judged.map(|name| shown(&record.train, name)));
        row.push(record.best_epoch.map_or_else(String::new, |epoch| epoch.to_string()));
        row.push(human::seconds(record.seconds));
        table.row(row);
    }
    for (title, value) in
        [("mean", (|s| s.mean) as fn(&Summary) -> f64), ("std", |s| s.std), ("± 95 %", half)]
    {
        let values = summaries.0.iter().map(|(_, _, summary)| human::metric(value(summary)));
        table.row([title.to_owned(), String::new()].into_iter().chain(values));
    }
    table
}

fn shown(metrics: &Metrics, name: &str) -> String {
    metrics.get(name).map_or_else(String::new, human::metric)
}

fn half(summary: &Summary) -> f64 {
    (summary.interval[1] - summary.interval[0]) / 2.0
}

/// The sum of the folds' counts.
fn matrix(records: &[FoldRecord]) -> Option<Vec<Vec<u64>>> {
    let mut sum = records.first()?.confusion.clone()?;
    for record in &records[1..] {
        for (sums, counts) in sum.iter_mut().zip(record.confusion.as_ref()?) {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }
    Some(sum)
}
