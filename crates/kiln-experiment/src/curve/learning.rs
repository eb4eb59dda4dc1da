//! Scores by the number of training items.

use kiln_config::Resolved;
use kiln_core::{Purpose, Seed};
use kiln_validate::cross::Scheme;
use kiln_validate::curve::{Draw, learning_curve as over_sizes};
use kiln_validate::split::Fold;

use super::measure::{Measure, finished};
use super::report::{CurveAxis, CurveReport, CurveValue};
use super::settings::LearningCurveSettings;
use crate::auto_device::settled;
use crate::cv::{CvStudy, Folds, parallel};
use crate::error::ExperimentError;
use crate::job::open_device;
use crate::loss_ends::loss_ends;
use crate::observer::{Event, Observer, tell};

/// Sets the order of a learning curve's items apart from that of the folds.
const LEARNING: u64 = 0x6c63;

/// Measures training and test scores by the number of training items: whether more items would help. `None` when it was
/// asked to stop. Nothing is written.
///
/// The folds are those of a cross-validation with the same cuts, and so are the scores with all items.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::cv::Cuts;
/// use kiln_experiment::curve::{LearningCurveSettings, learning_curve};
/// use kiln_validate::split::Size;
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let settings = LearningCurveSettings {
///     cuts: Cuts { folds: 2, ..Cuts::default() },
///     sizes: vec![Size::Share(0.5), Size::Share(1.0)],
///     ..LearningCurveSettings::default()
/// };
/// let curve = learning_curve(&resolved, &settings, &())?.expect("nobody stopped it");
/// assert_eq!((curve.metric.as_str(), curve.points.len()), ("accuracy", 2));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Any failure of a training, except that it diverges: then it has no scores.
pub fn learning_curve(
    resolved: &Resolved,
    settings: &LearningCurveSettings,
    observer: &dyn Observer,
) -> Result<Option<CurveReport>, ExperimentError> {
    let resolved = &*settled(resolved, observer)?;
    let device = open_device(resolved)?;
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let (cuts, jobs, config) = (&settings.cuts, settings.jobs, &resolved.config);
    let folds = Folds::load(resolved, cuts.group.as_deref(), |classes| {
        CvStudy::of_cuts(cuts, jobs, config, classes)
    })?;
    tell(observer, &Event::DataRead)?;
    let measure = Measure { folds: &folds, device, interrupt: &settings.session.interrupt, observer };
    let (metric, direction) = measure.metric(resolved, settings.metric.as_deref())?;
    let draw = match folds.study.plan.scheme {
        Scheme::Time => Draw::Latest,
        _ => Draw::Random(Seed::new(config.seed).purpose(Purpose::Split).at(LEARNING)),
    };
    let run = |number: usize, fold: &Fold| {
        measure.one(resolved, number, fold, &metric, |items| format!("{items} items"))
    };
    let parallel = parallel(resolved, jobs);
    let points = over_sizes(folds.list(), &folds.items(), &settings.sizes, draw, parallel, run)?;
    let Some(points) = finished(points) else { return Ok(None) };
    let points = points.into_iter().map(|curve| CurveValue {
        x: curve.items(),
        label: format!("{}", curve.items().round()),
        curve,
        loss_ends: loss_ends(&resolved.config),
    });
    Ok(Some(CurveReport {
        axis: CurveAxis::Items,
        title: format!("{}: learning curve", resolved.label),
        x: "training items".to_owned(),
        log_x: false,
        metric,
        direction,
        folds: folds.list().len(),
        points: points.collect(),
    }))
}
