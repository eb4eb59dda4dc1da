//! The folds of a cross-validation: a point for each, and what they say together.

use std::path::Path;

use kiln_experiment::cv::CvStudy;
use kiln_experiment::fold::{FoldRecord, MetricSummary, PredictionTable, Summaries, fold_folder};
use kiln_experiment::run::CONFIG;
use kiln_experiment::{ExperimentError, loss_ends};
use kiln_report::{Chart, human};
use kiln_validate::cross::Scheme;

use super::classes::confusion;
use crate::block::{Block, Section, Table};
use crate::differences::config;

/// Metrics that are drawn.
const DRAWN: usize = 4;

pub(crate) fn folds(run: &Path) -> Result<Vec<Section>, ExperimentError> {
    let study = CvStudy::read(run)?;
    let records = records(run)?;
    let Some(summaries) = summaries(run, &records)? else {
        let text = format!("{} folds have ended: there is nothing to compare yet.", records.len());
        return Ok(vec![Section::new("folds", "Folds").with(Block::Text(text))]);
    };
    let mut scores = Table::new(
        format!(
            "{} folds ({}); the 95 % interval is corrected for the training items that folds share (Nadeau and Bengio 2003)",
            records.len(),
            cut(study.plan.scheme)
        ),
        &["metric", "mean", "deviation", "interval"],
    );
    for MetricSummary { name, summary, .. } in &summaries.0 {
        let [low, high] = summary.interval.map(human::metric);
        scores.row([
            human::heading(name),
            human::metric(summary.mean),
            human::metric(summary.std),
            format!("{low} to {high}"),
        ]);
    }
    // The loss first, as it is listed; what people ask for stands beside it.
    let first = Section::new("scores", "Scores over the folds")
        .with_any(scores.block())
        .with_charts(summaries.0.iter().take(DRAWN).map(chart));
    let mut each = Table::new(
        "Each fold",
        &["fold", "training items", "validation items", "test items", "best epoch", "time"],
    );
    for record in &records {
        let [train, validation, test] = record.items.map(|items| human::count(items as u64));
        let best = record.best_epoch.map(|epoch| epoch.to_string()).unwrap_or_default();
        each.row([
            (record.fold + 1).to_string(),
            train,
            validation,
            test,
            best,
            human::seconds(record.seconds),
        ]);
    }
    let each = Section::new("folds", "Folds").with_any(each.block()).with_any(chosen(&records));
    let mut sections = vec![first, each];
    if let Some(counts) = sum(&records) {
        let names = class_names(run, counts.len());
        sections.push(
            Section::new("confusion", "Confusion matrix")
                .with(Block::Text("Test items of all folds together.".to_owned()))
                .with(confusion(&counts, &names)),
        );
    }
    Ok(sections)
}

/// How the folds are cut.
fn cut(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::KFold => "k-fold",
        Scheme::Stratified => "stratified",
        Scheme::Group => "by group",
        Scheme::StratifiedGroup => "by group, stratified",
        Scheme::Time => "training on the past",
        Scheme::LeaveOneOut => "leave one out",
        _ => "folds",
    }
}

/// The names of the classes, which are the columns of the predictions behind `actual` and `predicted`; numbers where there is no
/// such file.
fn class_names(run: &Path, classes: usize) -> Vec<String> {
    let table = PredictionTable::read(&fold_folder(run, 0)).unwrap_or_default();
    let names = table
        .columns()
        .iter()
        .skip(2)
        .take(classes)
        .map(|name| name.strip_prefix("p_").unwrap_or(name).to_owned());
    let names: Vec<String> = names.collect();
    if names.len() == classes { names } else { (0..classes).map(|class| class.to_string()).collect() }
}

/// The value of each fold as a point, with mean and interval.
fn chart(metric: &MetricSummary) -> Chart {
    let MetricSummary { name, values, summary, .. } = metric;
    let points = values.iter().enumerate().map(|(fold, value)| ((fold + 1) as f64, *value)).collect();
    let ends = [0.5, values.len() as f64 + 0.5];
    let [low, high] = summary.interval.map(human::metric);
    let heading = human::heading(name);
    let title =
        format!("Test {heading}: mean {}, 95 % interval {low} to {high}", human::metric(summary.mean));
    Chart::new(title, "fold", heading)
        .unit(human::unit(name))
        .scatter("fold", points)
        .series("mean", ends.map(|x| (x, summary.mean)).to_vec())
        .band(ends.map(|x| (x, summary.interval[0], summary.interval[1])).to_vec())
}

/// The sum of the folds' counts.
fn sum(records: &[FoldRecord]) -> Option<Vec<Vec<u64>>> {
    let mut sum = records.first()?.confusion.clone()?;
    for record in &records[1..] {
        for (sums, counts) in sum.iter_mut().zip(record.confusion.as_ref()?) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    Some(sum)
}

/// What the search in each fold chose, where there was one.
fn chosen(records: &[FoldRecord]) -> Option<Block> {
    let mut table = Table::new(
        "What the search in each fold chose, on items of its own training part",
        &["fold", "objective", "its value", "trial", "settings"],
    );
    for record in records {
        if let Some(found) = &record.search {
            table.row([
                (record.fold + 1).to_string(),
                human::heading(&found.monitor),
                human::metric(found.inner),
                format!("{} of {}", found.trial, found.trials[0]),
                found.params.to_string(),
            ]);
        }
    }
    table.block()
}

/// The folds that are done.
pub(super) fn records(run: &Path) -> Result<Vec<FoldRecord>, ExperimentError> {
    let mut records = Vec::new();
    while let Some(record) = FoldRecord::read(run, records.len())? {
        records.push(record);
    }
    Ok(records)
}

/// What the folds of `run` say together; `None` for fewer than two.
pub(super) fn summaries(run: &Path, records: &[FoldRecord]) -> Result<Option<Summaries>, ExperimentError> {
    if records.len() < 2 {
        return Ok(None);
    }
    let share =
        |record: &FoldRecord| record.items[2] as f64 / (record.items[0] + record.items[1]).max(1) as f64;
    let share = records.iter().map(share).sum::<f64>() / records.len() as f64;
    let summaries = Summaries::of(records, share)?;
    // Of a model in code no end of its loss is known.
    Ok(Some(match run.join(CONFIG).is_file() {
        true => summaries.within("loss", loss_ends(&config(run)?)),
        false => summaries,
    }))
}
