//! Scores by the value of one setting.

use kiln_config::Resolved;
use kiln_core::few_digits;
use kiln_validate::curve::validation_curve as over_values;
use kiln_validate::search::{Assignment, Domain, Space, Value};
use kiln_validate::split::Fold;

use super::measure::{Measure, finished};
use super::report::{CurveAxis, CurveReport, CurveValue};
use super::settings::ValidationCurveSettings;
use crate::auto_device::settled;
use crate::cv::{CvStudy, Folds, parallel};
use crate::error::ExperimentError;
use crate::job::open_device;
use crate::loss_ends::loss_ends;
use crate::observer::{Event, Observer, tell};
use crate::spaces::check_space;
use crate::start::NewStart;

/// Measures training and test scores by the value of one setting: where a model learns too little, and where too much.
/// `None` when it was asked to stop. Nothing is written.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::cv::Cuts;
/// use kiln_experiment::curve::{ValidationCurveSettings, validation_curve};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let settings = ValidationCurveSettings {
///     cuts: Cuts { folds: 2, ..Cuts::default() },
///     points: 2,
///     ..ValidationCurveSettings::new("optim.lr=log(1e-4,1e-1)")
/// };
/// let curve = validation_curve(&resolved, &settings, &())?.expect("nobody stopped it");
/// assert_eq!((curve.x.as_str(), curve.log_x, curve.points.len()), ("optim.lr", true, 2));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A space that cannot be read, a setting that must not vary, and any failure of a training, except of one that
/// diverges: it has no scores.
pub fn validation_curve(
    resolved: &Resolved,
    settings: &ValidationCurveSettings,
    observer: &dyn Observer,
) -> Result<Option<CurveReport>, ExperimentError> {
    let resolved = &*settled(resolved, observer)?;
    let space = Space::parse([&settings.vary])?;
    check_space(&space, &resolved.config.train.monitor)?;
    let start = NewStart::new(resolved);
    let mut values: Vec<(Assignment, Resolved)> = Vec::new();
    for value in space.grid(settings.points)? {
        let with = start.resolve(&value)?;
        with.check()?;
        values.push((value, with));
    }
    let device = open_device(resolved)?;
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let (cuts, jobs, config) = (&settings.cuts, settings.jobs, &resolved.config);
    let folds = Folds::load(resolved, cuts.group.as_deref(), |classes| {
        CvStudy::of_cuts(cuts, jobs, config, classes)
    })?;
    tell(observer, &Event::DataRead)?;
    let measure = Measure { folds: &folds, device, interrupt: &settings.session.interrupt, observer };
    let (mut metric, mut direction) = measure.metric(resolved, settings.metric.as_deref())?;
    for (_, with) in &values {
        (metric, direction) = measure.metric(with, settings.metric.as_deref())?;
    }
    let key = space.parameters()[0].name.clone();
    let run = |(value, with): &(Assignment, Resolved), number: usize, fold: &Fold| {
        measure.one(with, number, fold, &metric, |_| format!("{key}={}", text(value)))
    };
    let points = over_values(folds.list(), &values, parallel(resolved, jobs), run)?;
    let Some(points) = finished(points) else { return Ok(None) };
    let numbers: Option<Vec<f64>> = values.iter().map(|(value, _)| value.number(&key)).collect();
    let log_x = matches!(
        space.parameters()[0].domain,
        Domain::Float { log: true, .. } | Domain::Int { log: true, .. }
    );
    // Values that are no numbers stand side by side.
    let at = |place: usize| numbers.as_ref().map_or(place as f64, |numbers| numbers[place]);
    let points = points.into_iter().zip(&values).enumerate().map(|(place, (curve, (value, with)))| {
        CurveValue { x: at(place), label: text(value), curve, loss_ends: loss_ends(&with.config) }
    });
    Ok(Some(CurveReport {
        axis: if numbers.is_some() { CurveAxis::Numbers } else { CurveAxis::Choices },
        title: format!("{}: {key}", resolved.label),
        x: key.clone(),
        log_x,
        metric,
        direction,
        folds: folds.list().len(),
        points: points.collect(),
    }))
}

/// The values of an assignment, numbers in few digits.
fn text(values: &Assignment) -> String {
    let short = |value: &Value| match value {
        Value::Float(number) => few_digits(*number),
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    };
    values.iter().map(|(_, value)| short(value)).collect()
}
