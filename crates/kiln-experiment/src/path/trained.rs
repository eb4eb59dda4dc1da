//! The path of any model, trained at every strength from the weights of the one before.

use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::{DataSize, Resolved};
use kiln_core::{Metrics, Purpose, Seed};
use kiln_data::{Dataset, Split};
use kiln_objective::LossConfig;
use kiln_validate::path::{Curve, DenseToSparse};

use super::folds::folds;
use super::further::{DECADES, NOTHING, longer};
use super::judge;
use super::penalty::Moving;
use super::report::{
    JudgedBy, PathKind, PathModel, PathReport, PathStrength, StrengthScores, curve, over_folds,
};
use super::settings::PathSettings;
use super::walk::{Stage, Trainings, Walk};
use crate::cv::parallel;
use crate::error::{ExperimentError, Locate, NoPath};
use crate::job::{Job, open_device};
use crate::left_out::tell_left_out;
use crate::observer::{Event, Observer, tell};

/// A path with what judges it.
struct Judged {
    points: Vec<PathStrength>,
    curve: Curve,
    /// The metric without the penalty.
    dense: Option<f64>,
}

/// The path; `None` when it was asked to stop.
pub(super) fn train_path(
    resolved: &Resolved,
    settings: &PathSettings,
    observer: &dyn Observer,
) -> Result<Option<PathReport>, ExperimentError> {
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
    let mut path = Trainings {
        penalty: Moving::new(resolved, settings.l1_ratio)?,
        strengths: DenseToSparse { lambdas: settings.lambdas.unwrap_or(20), ratio: settings.ratio },
        epochs: settings.epochs.unwrap_or((config.train.epochs / 10).max(1)),
        metric: settings.metric.as_deref().or(own_loss(config.loss.as_ref())),
        interrupt: &settings.session.interrupt,
        observer,
    };
    // With a strength that is positive, everything that is wrong with the penalty shows.
    let mut checked = resolved.clone();
    checked.config.penalty = path.penalty.among(&config.penalty, 1.0);
    let device = open_device(resolved)?;
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let dataset = Arc::new(config.data.load().map_err(|error| resolved.locate(error))?);
    tell(observer, &Event::DataRead)?;
    let seed = Seed::new(config.seed).purpose(Purpose::Split);
    let split = Split::new(&dataset, &config.data, seed).map_err(|error| resolved.locate(error))?;

    let (rows, judges, count) = match settings.folds {
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
    if settings.epochs.is_none() {
        // A tenth of what a training on these rows would have.
        let image = dataset.features.as_images().map(|images| images.shape);
        let size = DataSize { items: rows.len(), validation: 0, image, classes: false, numbers: 0 };
        if let Some(sized) = resolved.sized(&size) {
            path.epochs = (sized.config.train.epochs / 10).max(1);
        }
    }
    let path = path;
    let parts = if count == 0 { Vec::new() } else { folds(&dataset, &rows, count, seed)? };
    job(&checked, &device, &dataset, &rows)?.check()?;

    let whole = job(resolved, &device, &dataset, &rows)?;
    tell_left_out(&whole.prepared.fitted, None, observer)?;
    let whole = Walk::new(&path, whole, judges, None)?;
    let (name, direction) = whole.metric()?;
    if count == 0 {
        judge::check(&name)?;
    }
    let judge = |(dense, stages): (Metrics, Vec<Stage>)| -> Result<Option<Judged>, ExperimentError> {
        let (scored, dense) = if count == 0 {
            let one = |stage: &Stage| StrengthScores {
                mean: stage.metrics.clone(),
                parts: vec![stage.metrics.clone()],
                over_items: stage.over_items,
            };
            (stages.iter().map(one).collect(), dense.get(&name))
        } else {
            let lambdas: Vec<f64> = stages.iter().map(|stage| stage.lambda).collect();
            let numbers: Vec<usize> = (0..count).collect();
            let walked = parallel(resolved, settings.jobs).run(&numbers, |number| {
                // TOML has no whole number above i64::MAX.
                let resolved = resolved.with_seed(Seed::new(config.seed).at(number as u64).value() >> 1);
                let [train, test] = &parts[number];
                let job = job(&resolved, &device, &dataset, train)?;
                tell_left_out(&job.prepared.fitted, Some(number), observer)?;
                Walk::new(&path, job, test.clone(), Some([number, count]))?.along(&lambdas)
            })?;
            let Some(walked) = walked.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
            let dense = walked.iter().map(|(dense, _)| dense.get(&name).unwrap_or(f64::NAN)).sum::<f64>();
            let scores: Vec<Vec<Metrics>> = walked.into_iter().map(|(_, scores)| scores).collect();
            (over_folds(&scores), Some(dense / count as f64))
        };
        let points = stages.into_iter().zip(scored).rev().map(|(stage, scores)| PathStrength {
            lambda: stage.lambda,
            nonzero: stage.left,
            scores,
            model: PathModel::Network { layers: stage.layers, inputs: stage.inputs },
        });
        let points: Vec<PathStrength> = points.collect();
        let curve = curve(&points, &name, direction)?;
        Ok(Some(Judged { points, curve, dense }))
    };
    let Some(first) = whole.until_nothing_is_left()? else { return Ok(None) };
    let Some(mut judged) = judge(first)? else { return Ok(None) };
    let mut went_on = false;
    let decades = if settings.go_on { DECADES } else { 0 };
    for _ in 0..decades {
        let lambdas: Vec<f64> = judged.points.iter().map(|point| point.lambda).collect();
        let Some(longer) = longer(&lambdas).filter(|_| judged.curve.minimum() + 1 == lambdas.len()) else {
            break;
        };
        let rising: Vec<f64> = longer.into_iter().rev().collect();
        let Some((dense, stages)) = whole.through(&rising)? else { return Ok(None) };
        // From other weights something may be left at the strength where nothing was.
        if stages.last().is_none_or(|stage| stage.left > 0) {
            break;
        }
        let Some(next) = judge((dense, stages))? else { return Ok(None) };
        let gain = judged.curve.mean()[judged.curve.minimum()] - next.curve.mean()[next.curve.minimum()];
        let error = judged.curve.standard_error()[judged.curve.minimum()];
        // What is gained is less than can be told.
        let is_enough = gain < NOTHING * error;
        (judged, went_on) = (next, true);
        if is_enough {
            break;
        }
    }
    let Judged { points, curve, dense } = judged;
    let judged = if count == 0 { JudgedBy::Validation(whole.judges.len()) } else { JudgedBy::Folds(count) };
    let (target, classes) = match dataset.target.class_names() {
        Some(names) => (None, names.to_vec()),
        None => (Some(dataset.target.names().join(", ")), Vec::new()),
    };
    Ok(Some(PathReport {
        label: resolved.label.clone(),
        target,
        classes,
        kind: PathKind::Trained { penalty: whole.formula()?, epochs: path.epochs },
        numbers: whole.penalised.iter().map(|info| info.dims.iter().product::<usize>()).sum(),
        metric: name,
        direction,
        points,
        curve,
        dense,
        judged,
        items: rows.len() + whole.judges.len(),
        went_on,
    }))
}

/// The loss itself as the metric that picks, where the usual one does not measure what is trained for.
fn own_loss(loss: Option<&LossConfig>) -> Option<&'static str> {
    // A loss that convex solvers know is what the usual metric measures.
    loss.is_some_and(|loss| loss.convex().is_none()).then_some("loss")
}

/// Everything that a training on `rows` needs; nothing is fitted on other rows.
fn job<'a>(
    resolved: &'a Resolved,
    device: &Device,
    dataset: &Arc<Dataset>,
    rows: &[usize],
) -> Result<Job<'a>, ExperimentError> {
    let split = Split { train: rows.to_vec(), ..Split::default() };
    Job::of_split(resolved, device, dataset, split)
}
