//! Predictions of every row by the model that has not seen it.

use std::fs;
use std::path::Path;

use burn::module::Module;
use kiln_core::file::write_durably;
use kiln_data::Target;
use kiln_models::Network;

use super::record::folder;
use crate::command::predict::probabilities;
use crate::error::CliError;
use crate::job::{AT_ONCE, Job};
use crate::run_dir::RunError;

/// The name of the file, of a fold and of the whole.
pub(in crate::command) const PREDICTIONS: &str = "predictions.csv";

/// Predicts the test items of a fold: `row` from 1, `actual`, `prediction`, and for classes the probability of each.
/// With several target columns there is `actual` and `prediction` of each.
pub(super) fn write(path: &Path, job: &Job<'_>, model: &Network) -> Result<(), CliError> {
    let (dataset, rows) = (&job.prepared.dataset, &job.prepared.split.test);
    let width = job.shape.loss.predictions();
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut header = vec!["row".to_owned()];
    match &dataset.target {
        Target::Classes { names, .. } => {
            header.extend(["actual".to_owned(), "prediction".to_owned()]);
            header.extend(names.iter().map(|name| format!("p_{name}")));
        }
        Target::Values { names, .. } => {
            header.extend(
                names.iter().flat_map(|name| [format!("actual_{name}"), format!("prediction_{name}")]),
            );
        }
    }
    csv.write_record(&header).map_err(CliError::internal)?;
    let model = model.clone().valid();
    for chunk in rows.chunks(AT_ONCE) {
        let inputs = job.shape.fitted.inputs(&dataset.features, chunk, &job.device)?;
        let outputs = job.shape.task().predict(&model, inputs);
        for (&row, outputs) in chunk.iter().zip(outputs.chunks(width)) {
            let mut line = vec![(row + 1).to_string()];
            match &dataset.target {
                Target::Classes { labels, names } => {
                    let probabilities = probabilities(outputs);
                    let first_of_equals = |best: usize, class: usize| {
                        if probabilities[class] > probabilities[best] { class } else { best }
                    };
                    let best = (0..probabilities.len()).fold(0, first_of_equals);
                    line.extend([names[labels[row] as usize].clone(), names[best].clone()]);
                    line.extend(probabilities.iter().map(f32::to_string));
                }
                Target::Values { values, names } => {
                    let actual = &values[row * names.len()..(row + 1) * names.len()];
                    line.extend(actual.iter().zip(outputs).flat_map(|(a, p)| [a.to_string(), p.to_string()]));
                }
            }
            csv.write_record(&line).map_err(CliError::internal)?;
        }
    }
    let bytes = csv.into_inner().map_err(CliError::internal)?;
    let path = path.join(PREDICTIONS);
    Ok(write_durably(&path, &bytes).map_err(RunError::io("write", &path))?)
}

/// Joins the files of all folds, in their order.
pub(super) fn join(run: &Path, folds: usize) -> Result<(), CliError> {
    let mut all = Vec::new();
    for fold in 0..folds {
        let path = folder(run, fold).join(PREDICTIONS);
        let bytes = fs::read(&path).map_err(RunError::io("read", &path))?;
        // One header is enough. Names of classes may hold line breaks, so the first line is left to the reader of CSV.
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        reader.headers().map_err(CliError::internal)?;
        let after = usize::try_from(reader.position().byte()).map_err(CliError::internal)?;
        all.extend_from_slice(if fold == 0 { &bytes } else { &bytes[after..] });
    }
    let path = run.join(PREDICTIONS);
    Ok(write_durably(&path, &all).map_err(RunError::io("write", &path))?)
}

/// Of each line of the file in `run`, whether the predicted class was the right one; `None` for numbers.
pub(super) fn right(run: &Path) -> Result<Option<Vec<bool>>, CliError> {
    let path = run.join(PREDICTIONS);
    let bytes = fs::read(&path).map_err(RunError::io("read", &path))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let damaged = |error: csv::Error| RunError::Record { path: path.clone(), reason: error.to_string() };
    if reader.headers().map_err(damaged)?.get(1) != Some("actual") {
        return Ok(None);
    }
    let right = |line: csv::StringRecord| line.get(1) == line.get(2);
    Ok(Some(reader.records().map(|line| line.map(right)).collect::<Result<_, _>>().map_err(damaged)?))
}
