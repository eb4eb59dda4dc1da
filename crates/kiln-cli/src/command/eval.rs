//! `kiln eval`.

use burn::module::Module;
use kiln_report::{Column, Table, confusion, human, table};
use kiln_train::Scores;

use super::cv::Study;
use super::train::stored;
use super::trained::best;
use crate::args::{Eval, Global, Part};
use crate::error::CliError;
use crate::job::Job;
use crate::output::{Output, fields};
use crate::run_dir::{RunRecord, find};

pub(super) fn run(arguments: &Eval, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    Study::refuse_fold(&path)?;
    let (checkpoint, fitted) = best(&path, out)?;
    let resolved = stored(&path, global)?;
    let mut job = Job::new(&resolved)?;
    let data = RunRecord::read(&path)?.data;
    if let Some(data) = data.filter(|data| data.fingerprint != job.prepared.dataset.fingerprint) {
        return Err(CliError::DataChanged { name: data.name, run: path });
    }
    // What the weights were trained with, not what would be fitted now.
    job.prepared.fitted = fitted.clone();
    job.shape.fitted = fitted;
    job.shape.look_at(arguments.views.tta)?;
    let model = checkpoint.weights.apply(job.model()?.valid())?;
    let (part, rows) = match arguments.part {
        Part::Train => ("train", Some(job.prepared.train())),
        Part::Validation => ("validation", job.prepared.validation()),
        Part::Test => ("test", job.prepared.test()),
    };
    let rows = rows.ok_or(CliError::EmptyPart { part })?;
    let items = kiln_data::Source::len(&rows);
    let scores = job.scores(&model, rows)?;
    let values = scores.metrics();
    let names = job.shape.fitted.class_names();
    if out.json {
        let matrix: Option<Vec<&[u64]>> = scores.confusion().map(|matrix| matrix.rows().collect());
        return out.event(
            "eval",
            fields! {
                part: part, items: items, tta: arguments.views.tta.map(|views| views.to_string()),
                metrics: values, classes: names, confusion: matrix
            },
        );
    }
    let mut facts = Table::new([Column::left("metric"), Column::right(part)]);
    for (name, value) in values.iter() {
        facts.row([name.to_owned(), human::metric(value)]);
    }
    let mut text = facts.render(table::colour(&std::io::stdout()));
    if let (Some(names), Some(matrix)) = (names, counts(&scores)) {
        text.push_str(&format!("\n{}", confusion(names, &matrix)));
    }
    out.data(&text)
}

fn counts(scores: &Scores) -> Option<Vec<Vec<u64>>> {
    scores.confusion().map(|matrix| matrix.rows().map(<[u64]>::to_vec).collect())
}
