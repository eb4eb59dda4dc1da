//! The end of a cross-validation: events, or tables and what can be done next.

use std::path::Path;

use kiln_core::{Metrics, bounds_of};
use kiln_experiment::cv::{CvEnd, CvReport, Optimism, SearchInFolds};
use kiln_experiment::fold::MetricSummary;
use kiln_experiment::{FoldRecord, Interrupt, Summaries};
use kiln_report::{Column, Table, boxplot, confusion, human, table};
use kiln_validate::statistics::Summary;
use serde_json::{Map, Value, json};

use super::evaluation;
use super::trial::settings;
use super::words::{data_flag, quoted};
use crate::fields;
use crate::output::{Output, Unwritten};

/// Characters of the box.
const BOX: usize = 40;

/// What is said of a search that did not choose.
const ONE_TRIAL: &str =
    "a search with one trial chooses nothing, so that there is nothing its score could flatter";

/// The end, and the exit code.
/// `data`: where the data are, if not where the configuration says.
pub fn end(end: &CvEnd, interrupt: &Interrupt, data: Option<&Path>, out: Output) -> Result<u8, Unwritten> {
    match end {
        CvEnd::Done(report) => whole(report, out)?,
        CvEnd::OneFold { run } => {
            out.say(&format!("\nWhen every fold is done:\n  kiln cv collect {}", run.display()));
        }
        CvEnd::Printed { .. } => {}
        CvEnd::Stopped { run } => {
            out.say(&format!("\nGo on with:\n  kiln resume {}{}", quoted(run), data_flag(data)));
            return Ok(interrupt.exit_code().unwrap_or(130));
        }
    }
    Ok(0)
}

/// All folds together.
pub fn whole(report: &CvReport, out: Output) -> Result<(), Unwritten> {
    if out.json {
        event(report, out)?;
    } else {
        text(report, out)?;
    }
    if let Some(test) = &report.test {
        let models = report.folds.len();
        out.say(&format!("\nthe mean of the {models} models on the {} items of the test part", test.items));
        evaluation::report(test, None, out)?;
    }
    out.say(&next(report));
    Ok(())
}

fn event(report: &CvReport, out: Output) -> Result<(), Unwritten> {
    let by_name = |value: fn(&Summary) -> Value| -> Value {
        let entry = |metric: &MetricSummary| (metric.name.clone(), value(&metric.summary));
        Value::Object(report.summaries.0.iter().map(entry).collect::<Map<_, _>>())
    };
    out.event(
        "cv",
        fields! {
            folds: report.folds.len(), mean: by_name(|s| json!(s.mean)), std: by_name(|s| json!(s.std)),
            interval: by_name(|s| json!(s.interval)), seconds: report.seconds, classes: report.classes,
            confusion: report.confusion, nested: report.optimism, bag: report.study.bag,
            run_dir: report.run.display().to_string(),
        },
    )
}

fn text(report: &CvReport, out: Output) -> Result<(), Unwritten> {
    let mut text = scores(&report.folds, &report.summaries).render(table::colour(&std::io::stdout()));
    if let Some(MetricSummary { name, values, summary, .. }) =
        report.summaries.0.iter().find(|metric| metric.name != "loss")
    {
        let (low, high) =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        text += &format!(
            "\n{name}  {} {} {}\n\n{name} {}, from {} to {}: the 95 % interval, corrected for the training items that folds \
             share{}\n",
            human::metric(low),
            boxplot::line(values, BOX),
            human::metric(high),
            human::metric(summary.mean),
            human::metric(summary.interval[0]),
            human::metric(summary.interval[1]),
            cut(name, summary)
        );
    }
    if report.study.nested.is_some() {
        let table = choices(&report.folds).render(table::colour(&std::io::stdout()));
        let sentence = report.optimism.as_ref().map_or_else(|| ONE_TRIAL.to_owned(), sentence);
        text += &format!("\n{table}\n{sentence}\n");
    }
    if let (Some(names), Some(matrix)) = (&report.classes, &report.confusion) {
        text += &format!(
            "\nevery row, predicted by the model that has not seen it\n{}",
            confusion(names, matrix)
        );
    }
    out.data(&text)
}

/// What can be done next.
fn next(report: &CvReport) -> String {
    let run = report.run.display();
    if report.study.bag {
        return format!(
            "\nIn {run}: predictions.csv, and a folder for each model\nNext:\n  kiln predict {run} INPUT    the mean of the \
             models; --interval 0.9 says how far off it may be\n  kiln eval {run}    how good it is on the test part"
        );
    }
    let models = if report.study.keep_models {
        format!("\n  kiln predict {run} INPUT    the mean of the folds' models")
    } else {
        String::new()
    };
    let whole = match &report.study.nested {
        Some(nested) => search_command(nested, &run.to_string()),
        None => format!("kiln train {run}/run.toml     a model from all of the data"),
    };
    format!(
        "\nIn {run}: predictions.csv, and a folder for each fold\nNext:\n  kiln runs diff {run} OTHER    which of two \
         cross-validations is better{models}\n  {whole}"
    )
}

/// The command that searches the same on all of the data.
fn search_command(nested: &SearchInFolds, run: &str) -> String {
    let spaces: Vec<String> =
        nested.space.parameters().iter().map(|parameter| format!("'{parameter}'")).collect();
    let trials = nested.trials;
    format!(
        "kiln tune {run}/run.toml {} --trials {trials}    settings from all of the data",
        spaces.join(" ")
    )
}

fn sentence(optimism: &Optimism) -> String {
    let Optimism { monitor, inner, outer, optimism, .. } = optimism;
    let numbers = format!(
        "{monitor} {} by the items that chose the settings (not nested), {} by items that did not",
        human::metric(*inner),
        human::metric(*outer)
    );
    if *optimism > 0.0 {
        format!("{numbers}: the score that chose is too good by {}", human::metric(*optimism))
    } else {
        format!(
            "{numbers}: the score that chose is not too good here, because its trials had fewer items to train on"
        )
    }
}

/// A line for each fold: the score that chose, and the settings.
fn choices(records: &[FoldRecord]) -> Table {
    let monitor =
        records.first().and_then(|record| record.search.as_ref()).map(|search| search.monitor.as_str());
    let monitor = monitor.unwrap_or("loss");
    let mut table = Table::new([
        Column::right("fold"),
        Column::right(format!("inner {monitor}")),
        Column::right(format!("outer {monitor}")),
        Column::right("trial"),
        Column::left("settings"),
    ]);
    for record in records {
        let Some(search) = &record.search else { continue };
        table.row([
            (record.fold + 1).to_string(),
            human::metric(search.inner),
            record.test.get(monitor).map_or_else(String::new, human::metric),
            format!("{} of {}", search.trial + 1, search.trials[0]),
            settings(&search.params),
        ]);
    }
    table
}

/// A line for each fold, then mean, standard deviation and interval.
fn scores(records: &[FoldRecord], summaries: &Summaries) -> Table {
    let names: Vec<&str> = summaries.0.iter().map(|metric| metric.name.as_str()).collect();
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
    for (title, value) in [
        ("mean", (|s| s.mean) as fn(&Summary) -> f64),
        ("std", |s| s.std),
        ("95 % from", |s| s.interval[0]),
        ("to", |s| s.interval[1]),
    ] {
        let values = summaries.0.iter().map(|metric| human::metric(value(&metric.summary)));
        table.row([title.to_owned(), String::new()].into_iter().chain(values));
    }
    table
}

fn shown(metrics: &Metrics, name: &str) -> String {
    metrics.get(name).map_or_else(String::new, human::metric)
}

/// Where the interval was cut.
fn cut(name: &str, summary: &Summary) -> String {
    let ends = bounds_of(name).into_iter().zip(summary.interval).filter(|(bound, end)| bound == end);
    let ends: Vec<String> = ends.map(|(bound, _)| human::metric(bound)).collect();
    if ends.is_empty() { String::new() } else { format!(", and cut at {}", ends.join(" and ")) }
}
