//! The charts of a search.

use kiln_experiment::tune::TuneReport;
use kiln_report::human::{heading, unit};
use kiln_report::{Chart, Coordinate, Parallel};
use kiln_validate::search::{Domain, Parameter, State, Study, Trial};

/// Objectives that lie further apart than so many times are drawn on a logarithmic axis.
const DECADES: f64 = 100.0;
/// Axes of settings that are drawn.
const AXES: usize = 12;

/// The objective of each trial, and the best one so far.
pub fn budget(found: &TuneReport) -> Chart {
    let of = |state: State| -> Vec<(f64, f64)> {
        let trials = found.study.trials().iter().filter(|trial| trial.state == state);
        trials.filter_map(|trial| Some((trial.number as f64, trial.value?))).collect()
    };
    let (done, pruned) = (of(State::Done), of(State::Pruned));
    let metric = heading(&found.monitor);
    let title = match found.study.best().and_then(|best| Some((best.number, best.value?))) {
        Some((number, value)) => format!(
            "{metric} of each trial: the best is {} in trial {number}",
            kiln_report::human::metric(value)
        ),
        None => format!("{metric} of each trial"),
    };
    let chart = Chart::new(title, "trial", metric).unit(unit(&found.monitor));
    let chart = if is_wide(&found.study) { chart.log_y() } else { chart };
    let chart = chart.series("best so far", best_so_far(&found.study)).scatter("trial", done);
    if pruned.is_empty() { chart } else { chart.scatter("given up", pruned) }
}

/// What a search has come to after each trial, as steps.
pub(crate) fn best_so_far(study: &Study) -> Vec<(f64, f64)> {
    let direction = study.config().direction;
    let (mut best, mut points): (Option<f64>, Vec<(f64, f64)>) = (None, Vec::new());
    for trial in study.trials() {
        let x = trial.number as f64;
        let value = trial.value.filter(|value| trial.state == State::Done && value.is_finite());
        points.extend(best.map(|best| (x, best)));
        if let Some(value) = value
            && best.is_none_or(|best| direction.loss(value) < direction.loss(best))
        {
            best = Some(value);
            points.push((x, value));
        }
    }
    points
}

/// Whether the objectives of trials that ended need a logarithmic axis.
fn is_wide(study: &Study) -> bool {
    let values = || study.trials().iter().filter_map(|trial| trial.value).filter(|value| value.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    low > 0.0 && low.is_finite() && high > DECADES * low
}

/// The trials that have an objective as lines through their settings. `order`: the names of the settings, those that matter first;
/// at most 12 are drawn.
pub fn parallel(found: &TuneReport, order: &[String]) -> Parallel {
    let study = &found.study;
    let drawn: Vec<&Trial> = study.ranking().into_iter().filter(|trial| trial.value.is_some()).collect();
    let parameters = study.config().space.parameters();
    let named = order.iter().filter_map(|name| parameters.iter().find(|parameter| parameter.name == *name));
    let mut axes: Vec<Coordinate> = named.take(AXES).map(|parameter| axis(parameter, &drawn)).collect();
    let objective: Vec<Option<f64>> = drawn.iter().map(|trial| trial.value).collect();
    axes.push(Coordinate::numbers(heading(&found.monitor), &objective, is_wide(study)));
    let title = format!("{} trials through their settings", drawn.len());
    Parallel::new(title, axes, (0..drawn.len()).collect())
}

fn axis(parameter: &Parameter, trials: &[&Trial]) -> Coordinate {
    let name = parameter.name.as_str();
    match &parameter.domain {
        Domain::Choice { values } => {
            let names: Vec<String> = values.iter().map(ToString::to_string).collect();
            let of = |trial: &&Trial| {
                let value = trial.params.get(name)?.to_string();
                names.iter().position(|known| *known == value)
            };
            Coordinate::choices(name, &names, &trials.iter().map(of).collect::<Vec<_>>())
        }
        domain => {
            let numbers: Vec<Option<f64>> = trials.iter().map(|trial| trial.params.number(name)).collect();
            Coordinate::numbers(name, &numbers, is_log(domain))
        }
    }
}

fn is_log(domain: &Domain) -> bool {
    matches!(domain, Domain::Float { log: true, .. } | Domain::Int { log: true, .. })
}

/// The objective by the value of one setting that is a number; `None` for choices and where no trial has both.
pub fn slice(found: &TuneReport, name: &str) -> Option<Chart> {
    let parameter = found.study.config().space.parameters().iter().find(|known| known.name == name)?;
    if matches!(parameter.domain, Domain::Choice { .. }) {
        return None;
    }
    let of = |state: State| -> Vec<(f64, f64)> {
        let trials = found.study.trials().iter().filter(|trial| trial.state == state);
        trials.filter_map(|trial| Some((trial.params.number(name)?, trial.value?))).collect()
    };
    let (done, pruned) = (of(State::Done), of(State::Pruned));
    if done.is_empty() {
        return None;
    }
    let chart = Chart::new(format!("{} by {name}", heading(&found.monitor)), name, heading(&found.monitor));
    let chart = chart.unit(unit(&found.monitor));
    let chart = if is_log(&parameter.domain) { chart.log_x() } else { chart };
    let chart = if is_wide(&found.study) { chart.log_y() } else { chart };
    let chart = chart.scatter("trial", done);
    Some(if pruned.is_empty() { chart } else { chart.scatter("given up", pruned) })
}
