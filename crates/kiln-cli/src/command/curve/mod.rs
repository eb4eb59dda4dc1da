//! `kiln curve`: training and test scores by the number of training items, or by the value of one setting.
//!
//! ```text
//! runs/<time>-<slug>-<4 hex>/
//!   curve.svg      the picture
//!   curve.json     every number, fold by fold
//!   config.toml    what was trained
//! ```
//!
//! The folder is made when all is measured: what is stopped leaves nothing.

mod measure;
mod point;
mod report;

use std::time::SystemTime;

use kiln_config::{Flags, Resolved, annotated};
use kiln_core::{Purpose, Seed};
use kiln_validate::cross::Scheme;
use kiln_validate::curve::{CurvePoint, Draw, learning_curve, validation_curve};
use kiln_validate::search::{Assignment, Domain, Space};

use super::configuration;
use super::cv::{Folds, Study, parallel};
use super::start::{Start, words};
use super::tune::{check_space, short};
use crate::args::{CurveCommand, Cuts, Global, LearningCurve, ProgressMode, ValidationCurve};
use crate::error::CliError;
use crate::job::open_device;
use crate::output::Output;
use crate::run_dir::RunDir;
use crate::signal::Signals;
use measure::{Measure, Measured};
use point::{Curve, Kind, Point};

pub(super) fn run(command: &CurveCommand, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let curve = match command {
        CurveCommand::Learning(arguments) => learning(arguments, global, out, &signals)?,
        CurveCommand::Validation(arguments) => validation(arguments, global, out, &signals)?,
    };
    // Asked to stop: there is no curve.
    let Some((curve, resolved)) = curve else { return Ok(signals.exit_code().unwrap_or(130)) };
    let slug = crate::text::slug(&format!("{}-{}-curve", resolved.label, curve.kind.name()));
    let (config, json, svg) = (annotated(&resolved), curve.to_json()?, report::chart(&curve).to_svg());
    let files =
        [("config.toml", config.as_bytes()), ("curve.json", json.as_slice()), ("curve.svg", svg.as_bytes())];
    let folder = RunDir::create_with(&global.runs_dir(), &slug, SystemTime::now(), &files)?;
    report::whole(&curve, folder.path(), out)?;
    Ok(0)
}

/// The data in folds, those of `kiln cv` with the same arguments.
fn load(cuts: &Cuts, resolved: &Resolved, out: Output) -> Result<Folds, CliError> {
    out.say(&format!("{}: reading the data", resolved.label));
    Folds::load(resolved, |classes| Study::new(cuts, &resolved.config, classes))
}

fn learning(
    arguments: &LearningCurve,
    global: &Global,
    out: Output,
    signals: &Signals,
) -> Result<Option<(Curve, Resolved)>, CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    let device = open_device(&resolved)?;
    let folds = load(&arguments.cuts, &resolved, out)?;
    let lines = global.progress != ProgressMode::Off;
    let measure = Measure { folds: &folds, device, stop: signals.stop.clone(), lines, out };
    let metric = measure.metric(&resolved, arguments.metric.as_deref())?;
    let draw = match folds.study.plan.scheme {
        Scheme::Time => Draw::Latest,
        _ => Draw::Random(Seed::new(resolved.config.seed).purpose(Purpose::Split).at(LEARNING)),
    };
    let parallel = parallel(&resolved, arguments.cuts.jobs);
    let run = |number: usize, fold: &_| {
        measure.one(&resolved, number, fold, &metric, |items| format!("{items} items"))
    };
    let points = learning_curve(folds.list(), &folds.items(), &arguments.sizes, draw, parallel, run)?;
    let Some(points) = finished(points) else { return Ok(None) };
    let points = points.into_iter().map(|curve| Point {
        x: curve.items(),
        label: format!("{}", curve.items().round()),
        curve,
    });
    let curve = Curve {
        kind: Kind::Learning,
        title: format!("{}: learning curve", resolved.label),
        x: "training items".to_owned(),
        log_x: false,
        metric,
        folds: folds.list().len(),
        points: points.collect(),
    };
    Ok(Some((curve, resolved)))
}

/// Sets the order of a learning curve's items apart from that of the folds.
const LEARNING: u64 = 0x6c63;

fn validation(
    arguments: &ValidationCurve,
    global: &Global,
    out: Output,
    signals: &Signals,
) -> Result<Option<(Curve, Resolved)>, CliError> {
    let resolved = configuration(&arguments.plan, global)?;
    let space = Space::parse([&arguments.vary])?;
    check_space(&space, &resolved.config.train.monitor)?;
    let (base, overrides) = words(arguments.plan.config.as_deref(), &arguments.plan.overrides);
    let mut start = Start::new(base.is_some(), overrides);
    start.keep(&resolved, &global.flags());
    let mut values: Vec<(Assignment, Resolved)> = Vec::new();
    for value in space.grid(arguments.points)? {
        let with = start.resolve(base.as_deref(), Flags::default(), &value)?;
        with.check()?;
        values.push((value, with));
    }
    let device = open_device(&resolved)?;
    let folds = load(&arguments.cuts, &resolved, out)?;
    let lines = global.progress != ProgressMode::Off;
    let measure = Measure { folds: &folds, device, stop: signals.stop.clone(), lines, out };
    let mut metric = measure.metric(&resolved, arguments.metric.as_deref())?;
    for (_, with) in &values {
        metric = measure.metric(with, arguments.metric.as_deref())?;
    }
    let parallel = parallel(&resolved, arguments.cuts.jobs);
    let text = |value: &Assignment| value.iter().map(|(_, value)| short(value)).collect::<String>();
    let run = |(value, with): &(Assignment, Resolved), number: usize, fold: &_| {
        let label = |_| format!("{}={}", space.parameters()[0].name, text(value));
        measure.one(with, number, fold, &metric, label)
    };
    let points = validation_curve(folds.list(), &values, parallel, run)?;
    let Some(points) = finished(points) else { return Ok(None) };
    let key = space.parameters()[0].name.clone();
    let numbers: Option<Vec<f64>> = values.iter().map(|(value, _)| value.number(&key)).collect();
    let log_x = matches!(
        space.parameters()[0].domain,
        Domain::Float { log: true, .. } | Domain::Int { log: true, .. }
    );
    // Values that are no numbers stand side by side.
    let at = |place: usize| numbers.as_ref().map_or(place as f64, |numbers| numbers[place]);
    let points = points.into_iter().zip(&values).enumerate();
    let points = points.map(|(place, (curve, (value, _)))| Point { x: at(place), label: text(value), curve });
    let curve = Curve {
        kind: if numbers.is_some() { Kind::Validation } else { Kind::Choice },
        title: format!("{}: {key}", resolved.label),
        x: key.clone(),
        log_x,
        metric,
        folds: folds.list().len(),
        points: points.collect(),
    };
    Ok(Some((curve, resolved)))
}

/// The points, unless a training was stopped from outside.
fn finished(points: Vec<CurvePoint<Option<Measured>>>) -> Option<Vec<CurvePoint<Measured>>> {
    let whole = |CurvePoint { train, test, results }: CurvePoint<Option<Measured>>| {
        Some(CurvePoint { train, test, results: results.into_iter().collect::<Option<_>>()? })
    };
    points.into_iter().map(whole).collect()
}
