//! The path of any model, trained at every strength from the weights of the one before.

use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::{Purpose, Seed};
use kiln_data::{Dataset, Prepared, Preprocess, Split, Target};
use kiln_objective::LossConfig;
use kiln_train::Metrics;
use kiln_validate::path::DenseToSparse;

use super::error::NoPath;
use super::found::{Found, Judged, Kind, Model, Point, Scored, curve, over_folds};
use super::penalty::Moving;
use super::walk::{Path, Stage, Walk};
use super::{folds, judge};
use crate::args::{Global, PathArguments, ProgressMode};
use crate::error::CliError;
use crate::job::{Job, Shape, open_device};
use crate::locate::Locate;
use crate::output::Output;
use crate::signal::Signals;

pub(super) fn run(
    resolved: &Resolved,
    arguments: &PathArguments,
    global: &Global,
    signals: &Signals,
    out: Output,
) -> Result<Option<Found>, CliError> {
    let config = &resolved.config;
    if config.average.is_some() {
        return Err(resolved.locate_at("average.kind", NoPath::Averaged));
    }
    for (key, is_set) in [
        ("train.solver", config.train.solver.is_some()),
        ("train.kkt_tolerance", config.train.kkt_tolerance.is_some()),
    ] {
        if is_set {
            return Err(resolved.locate_at(key, NoPath::Solver { key }));
        }
    }
    let path = Path {
        penalty: Moving::new(resolved, arguments.l1_ratio)?,
        settings: DenseToSparse { lambdas: arguments.lambdas.unwrap_or(20), ratio: arguments.ratio },
        epochs: arguments.epochs.unwrap_or((config.train.epochs / 10).max(1)),
        metric: arguments.metric.as_deref().or(own_loss(config.loss.as_ref())),
        stop: Arc::clone(&signals.stop),
        lines: global.progress != ProgressMode::Off,
        out,
    };
    // With a strength that is positive, everything that is wrong with the penalty shows.
    let mut checked = resolved.clone();
    checked.config.penalty = path.penalty.among(&config.penalty, 1.0);
    let device = open_device(resolved)?;
    out.say(&format!("{}: reading the data", resolved.label));
    let dataset = Arc::new(config.data.load().map_err(|error| resolved.locate(error))?);
    let seed = Seed::new(config.seed).purpose(Purpose::Split);
    let split = Split::new(&dataset, &config.data, seed).map_err(|error| resolved.locate(error))?;

    let (rows, judges, count) = match arguments.folds {
        None if split.validation.is_empty() => {
            return Err(resolved.locate_at("data.validation", NoPath::NoValidation));
        }
        None => (split.train, split.validation, 0),
        Some(count) => {
            let mut rows: Vec<usize> = split.train.into_iter().chain(split.validation).collect();
            rows.sort_unstable();
            (rows, Vec::new(), count)
        }
    };
    let parts = if count == 0 { Vec::new() } else { folds(&dataset, &rows, count, seed)? };
    job(&checked, &device, &dataset, &rows)?.check()?;

    let whole = Walk::new(&path, job(resolved, &device, &dataset, &rows)?, judges, String::new())?;
    let name = whole.metric()?;
    if count == 0 {
        judge::check(&name)?;
    }
    let Some((dense, stages)) = whole.until_nothing_is_left()? else { return Ok(None) };
    let lambdas: Vec<f64> = stages.iter().map(|stage| stage.lambda).collect();

    let (scored, dense, judged) = if count == 0 {
        let one = |stage: &Stage| Scored {
            mean: stage.metrics.clone(),
            parts: vec![stage.metrics.clone()],
            over_items: stage.over_items,
        };
        (stages.iter().map(one).collect(), dense.get(&name), Judged::Validation(whole.judges.len()))
    } else {
        let numbers: Vec<usize> = (0..count).collect();
        let walked = super::super::cv::parallel(resolved, arguments.jobs).run(&numbers, |number| {
            // TOML has no whole number above i64::MAX.
            let resolved = resolved.with_seed(Seed::new(config.seed).at(number as u64).value() >> 1);
            let [train, test] = &parts[number];
            let job = job(&resolved, &device, &dataset, train)?;
            let name = format!("fold {} of {count}, ", number + 1);
            Walk::new(&path, job, test.clone(), name)?.along(&lambdas)
        })?;
        let Some(walked) = walked.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        let dense = walked.iter().map(|(dense, _)| dense.get(&name).unwrap_or(f64::NAN)).sum::<f64>();
        let scores: Vec<Vec<Metrics>> = walked.into_iter().map(|(_, scores)| scores).collect();
        (over_folds(&scores), Some(dense / count as f64), Judged::Folds(count))
    };
    let points = stages.into_iter().zip(scored).rev().map(|(stage, scores)| Point {
        lambda: stage.lambda,
        nonzero: stage.left,
        scores,
        model: Model::Network { layers: stage.layers, inputs: stage.inputs },
    });
    let points: Vec<Point> = points.collect();
    let curve = curve(&points, &name)?;
    let (target, classes) = match &dataset.target {
        Target::Values { names, .. } => (Some(names.join(", ")), Vec::new()),
        Target::Classes { names, .. } => (None, names.clone()),
    };
    Ok(Some(Found {
        label: resolved.label.clone(),
        target,
        classes,
        kind: Kind::Trained { penalty: whole.formula()?, epochs: path.epochs },
        numbers: whole.penalised.iter().map(|info| info.dims.iter().product::<usize>()).sum(),
        metric: name,
        points,
        curve,
        dense,
        judged,
        items: rows.len() + whole.judges.len(),
    }))
}

/// The loss itself as the metric that picks, where the usual one does not measure what is trained for.
fn own_loss(loss: Option<&LossConfig>) -> Option<&'static str> {
    match loss {
        None | Some(LossConfig::CrossEntropy(_) | LossConfig::BinaryCrossEntropy(_) | LossConfig::Mse(_)) => {
            None
        }
        Some(_) => Some("loss"),
    }
}

/// Everything that a training on `rows` needs; nothing is fitted on other rows.
fn job<'a>(
    resolved: &'a Resolved,
    device: &Device,
    dataset: &Arc<Dataset>,
    rows: &[usize],
) -> Result<Job<'a>, CliError> {
    let split = Split { train: rows.to_vec(), validation: Vec::new(), test: Vec::new() };
    let preprocess = Preprocess::from(&resolved.config.data);
    let fitted = preprocess.fit(&split.train_view(dataset)).map_err(|error| resolved.locate(error))?;
    let fitted = Arc::new(fitted);
    let prepared = Prepared { dataset: Arc::clone(dataset), split, fitted: Arc::clone(&fitted) };
    let shape = Shape::new(resolved, fitted)?;
    let summary = shape.summary(resolved)?;
    Ok(Job { resolved, device: device.clone(), prepared, shape, summary })
}
