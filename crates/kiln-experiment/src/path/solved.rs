//! The path of a linear model, solved at every strength.

use kiln_config::Resolved;
use kiln_convex::Design;
use kiln_core::{Direction, Metrics, Purpose, Seed};
use kiln_data::Split;
use kiln_objective::{ConvexLoss, LossConfig};
use kiln_train::Scores;
use kiln_validate::path::{Curve, ElasticNetPath, LogisticPath, LogisticPoint, PathError, PathPoint};

use super::folds::folds;
use super::further::{DECADES, NOTHING, longer};
use super::judge::metric;
use super::penalty::Solvable;
use super::report::{JudgedBy, PathKind, PathModel, PathReport, PathStrength, curve, over_folds};
use super::settings::PathSettings;
use super::table::{PathTable, Wanted};
use crate::cv::parallel;
use crate::error::{ExperimentError, Locate, NoPath};
use crate::job::open_device;
use crate::left_out::tell_left_out;
use crate::observer::{Event, Observer, tell};

/// The gap at which the classifiers of folds are solved, as a part of the loss without features: only their scores
/// are looked at, and these move by less than that.
const ROUGH: f64 = 1e-4;

/// A path with what judges it.
struct Walked {
    points: Vec<PathStrength>,
    curve: Curve,
    metric: String,
    direction: Direction,
}

/// The two ways to solve, ready to run on some rows.
#[derive(Debug, Clone)]
struct Solver<'a> {
    wanted: Wanted<'a>,
    numbers: ElasticNetPath,
    classes: LogisticPath,
}

pub(super) fn solve_path(
    resolved: &Resolved,
    settings: &PathSettings,
    observer: &dyn Observer,
) -> Result<PathReport, ExperimentError> {
    check(resolved, settings)?;
    let penalties = Solvable::new(resolved, settings.l1_ratio)?;
    // All of it is computed on the host, but a device that is not there is an error.
    open_device(resolved)?;
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let dataset = resolved.config.data.load().map_err(|error| resolved.locate(error))?;
    tell(observer, &Event::DataRead)?;
    let seed = Seed::new(resolved.config.seed).purpose(Purpose::Split);
    let split = Split::new(&dataset, &resolved.config.data, seed).map_err(|error| resolved.locate(error))?;
    let mut rows: Vec<usize> = split.train.into_iter().chain(split.validation).collect();
    rows.sort_unstable();

    let table = PathTable::new(&dataset, (&resolved.config.data).into())?;
    check_loss(resolved, table.wanted())?;
    let solver = Solver::new(table.wanted(), settings, &penalties, resolved.config.loss.as_ref());
    let rough =
        Solver { classes: LogisticPath { tolerance: ROUGH, ..solver.classes.clone() }, ..solver.clone() };
    let whole = table.fit(&rows).map_err(|error| resolved.locate(error))?;
    tell_left_out(whole.fitted(), None, observer)?;
    let x = whole.train()?;
    let mut lambdas = solver.grid(&x, &rows)?;
    let count = settings.folds.unwrap_or(5);
    let folds = folds(&dataset, &rows, count, seed)?;
    let numbers: Vec<usize> = (0..folds.len()).collect();
    let usual = lambdas.len();
    let walk = |lambdas: &[f64]| -> Result<Walked, ExperimentError> {
        let models = solver.fit(&x, &rows, lambdas)?;
        let known = score(&models[0], &x, &rows, table.wanted());
        let metric = metric(&known, settings.metric.as_deref())?;
        let direction = known.directed(&metric)?;
        let scores: Vec<Vec<Metrics>> = parallel(resolved, settings.jobs).run(&numbers, |number| {
            let [train, test] = &folds[number];
            // What is fitted to the data is fitted to the fold's training items alone.
            let fitted = table.fit(train)?;
            tell_left_out(fitted.fitted(), Some(number), observer)?;
            let models = rough.fit(&fitted.train()?, train, lambdas)?;
            let x = fitted.rows(test)?;
            // Where the path goes on, it was told of the folds already.
            if lambdas.len() == usual {
                tell(observer, &Event::PathFold { fold: number, folds: count })?;
            }
            let score = |model| score(model, &x, test, table.wanted());
            Ok::<_, ExperimentError>(models.iter().map(score).collect())
        })?;
        let points = models.into_iter().zip(over_folds(&scores)).map(|(model, scores)| PathStrength {
            lambda: model.lambda,
            nonzero: model.nonzero(),
            scores,
            model: PathModel::Linear(model),
        });
        let points: Vec<PathStrength> = points.collect();
        let curve = curve(&points, &metric, direction)?;
        Ok(Walked { points, curve, metric, direction })
    };
    let mut walked = walk(&lambdas)?;
    let decades = if settings.go_on { DECADES } else { 0 };
    for _ in 0..decades {
        if walked.curve.minimum() + 1 < lambdas.len() {
            break;
        }
        let (before, error) = (walked.curve.mean(), walked.curve.standard_error());
        let (before, error) = (before[lambdas.len() - 1], error[lambdas.len() - 1]);
        let Some(more) = longer(&lambdas) else { break };
        lambdas = more;
        walked = walk(&lambdas)?;
        // What is gained is less than can be told.
        if before - walked.curve.mean()[walked.curve.minimum()] < NOTHING * error {
            break;
        }
    }
    let Walked { points, curve, metric, direction } = walked;
    let outputs = points.first().map_or(1, |point| match &point.model {
        PathModel::Linear(model) => model.intercept.len(),
        PathModel::Network { .. } => 1,
    });
    let (target, classes) = match table.wanted() {
        Wanted::Numbers { name, .. } => (Some(name.to_owned()), Vec::new()),
        Wanted::Classes { names, .. } => (None, names.to_vec()),
    };
    Ok(PathReport {
        label: resolved.label.clone(),
        target,
        classes,
        kind: PathKind::Solved { features: whole.features(), l1_ratio: penalties.l1_ratio, l2: penalties.l2 },
        numbers: x.columns() * outputs,
        metric,
        direction,
        points,
        curve,
        dense: None,
        judged: JudgedBy::Folds(count),
        items: rows.len(),
        went_on: lambdas.len() > usual,
    })
}

/// Whether the loss is the one that the solver has for the target.
fn check_loss(resolved: &Resolved, wanted: Wanted<'_>) -> Result<(), ExperimentError> {
    let Some(loss) = &resolved.config.loss else { return Ok(()) };
    let (is_right, target) = match wanted {
        Wanted::Numbers { .. } => (loss.convex() == Some(ConvexLoss::Squared), "numbers".to_owned()),
        Wanted::Classes { names, .. } => {
            let is_right = match loss.convex() {
                Some(ConvexLoss::Softmax) => true,
                Some(ConvexLoss::Binary) => names.len() == 2,
                _ => false,
            };
            (is_right, format!("{} classes", names.len()))
        }
    };
    if is_right {
        return Ok(());
    }
    Err(resolved.locate_at("loss.kind", NoPath::Loss { loss: loss.name(), target }))
}

/// Whatever the solver would pass over is an error.
fn check(resolved: &Resolved, settings: &PathSettings) -> Result<(), ExperimentError> {
    let config = &resolved.config;
    let refuse = |key: &str, error: NoPath| Err(resolved.locate_at(key, error));
    if settings.epochs.is_some() {
        return Err(NoPath::Flag { flag: "--epochs" }.into());
    }
    if config.data.weight.is_some() {
        return refuse("data.weight", NoPath::Weights);
    }
    if config.model.intercept() == Some(false) {
        return refuse("model.bias", NoPath::NoBias);
    }
    // Whether the loss is for the target, the data say.
    if let Some(setting) = config.loss.as_ref().and_then(LossConfig::beyond_convex) {
        return refuse(&format!("loss.{setting}"), NoPath::LossSetting { setting });
    }
    for (section, is_there) in [("augment", config.augment.is_some()), ("mix", config.mix.is_some())] {
        if is_there {
            return Err(NoPath::Augmented { section }.into());
        }
    }
    if !config.constraint.is_empty() {
        return refuse("constraint.0.kind", NoPath::Constraint { key: "constraint.0".to_owned() });
    }
    Ok(())
}

impl<'a> Solver<'a> {
    fn new(
        wanted: Wanted<'a>,
        settings: &PathSettings,
        penalties: &Solvable,
        loss: Option<&LossConfig>,
    ) -> Self {
        let classes = match wanted {
            Wanted::Numbers { .. } => 0,
            Wanted::Classes { names, .. } => names.len(),
        };
        let l2 = penalties.solver_l2(classes, loss);
        let usual = if classes == 0 { 100 } else { 50 };
        let (lambdas, ratio, l1_ratio) =
            (settings.lambdas.unwrap_or(usual), settings.ratio, penalties.l1_ratio);
        Self {
            wanted,
            numbers: ElasticNetPath { lambdas, ratio, l1_ratio, l2, ..ElasticNetPath::default() },
            classes: LogisticPath { lambdas, ratio, l1_ratio, l2, ..LogisticPath::default() },
        }
    }

    fn grid(&self, x: &Design, rows: &[usize]) -> Result<Vec<f64>, ExperimentError> {
        Ok(match self.wanted {
            Wanted::Numbers { values, .. } => self.numbers.grid(x, &numbers(values, rows))?,
            Wanted::Classes { labels, names } => self.classes.grid(x, &classes(labels, rows), names.len())?,
        })
    }

    fn fit(
        &self,
        x: &Design,
        rows: &[usize],
        lambdas: &[f64],
    ) -> Result<Vec<LogisticPoint>, ExperimentError> {
        Ok(match self.wanted {
            Wanted::Numbers { values, .. } => {
                let points = self.numbers.fit(x, &numbers(values, rows), lambdas)?.into_iter();
                // What a number is predicted by is computed as a logit is.
                let linear = |PathPoint { lambda, coef, intercept, gap, iterations, .. }| LogisticPoint {
                    lambda,
                    coef,
                    intercept: vec![intercept],
                    gap,
                    iterations,
                };
                points.map(linear).collect()
            }
            Wanted::Classes { labels, names } => {
                let fit = self.classes.fit(x, &classes(labels, rows), names.len(), lambdas);
                fit.map_err(|error| match error {
                    PathError::Class { class } => NoPath::RareClass { class: names[class].clone() }.into(),
                    error => ExperimentError::from(error),
                })?
            }
        })
    }
}

/// The metrics of a training, of some rows of the data.
fn score(model: &LogisticPoint, x: &Design, rows: &[usize], wanted: Wanted<'_>) -> Metrics {
    let predicted = model.logits(x);
    let mut scores = Scores::new();
    match wanted {
        Wanted::Numbers { values, .. } => {
            scores.add_values(&predicted, &numbers(values, rows), 1);
        }
        Wanted::Classes { labels, names } => {
            let labels: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
            let logits: Vec<f32> = predicted.into_iter().map(|logit| logit as f32).collect();
            scores.add_classes(&logits, &labels, names.len());
        }
    }
    scores.metrics()
}

fn numbers(values: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|row| values[*row]).collect()
}

fn classes(labels: &[u32], rows: &[usize]) -> Vec<usize> {
    rows.iter().map(|row| labels[*row] as usize).collect()
}
