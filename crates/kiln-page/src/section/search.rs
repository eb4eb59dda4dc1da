//! A search: its best trial, what it cost, its trials through their settings, and which settings matter.

use std::path::{Path, PathBuf};

use kiln_core::Direction;
use kiln_experiment::ExperimentError;
use kiln_experiment::tune::TuneReport;
use kiln_report::human;
use kiln_report::human::heading;
use kiln_validate::search::{Importance, Sampler, State, Trial, Value, importance};

use crate::block::{Bar, Block, Section, Table};
use crate::differences::{config_of, settings};
use crate::figure::{best_so_far, budget, parallel, slice};
use crate::report::{name, short_name};

/// Trials that are listed.
const LISTED: usize = 10;
/// Settings by which the objective is drawn.
const SLICES: usize = 4;
/// Searches whose curves are drawn.
const CURVES: usize = 6;

pub(crate) fn search(folder: &Path) -> Result<Vec<Section>, ExperimentError> {
    let found = TuneReport::read(folder)?;
    let matters = importance(&found.study);
    let order = order(&found, matters.as_ref());
    let mut sections = vec![summary(&found), cost(&found)];
    if found.study.trials().iter().any(|trial| trial.value.is_some()) {
        sections.push(
            Section::new("settings", "Trials through their settings")
                .with(Block::Text(
                    "Each line is a trial that has an objective; it passes below the axis of a setting that it does not have. \
                     A trial that was given up counts with the best value that it reported."
                        .to_owned(),
                ))
                .with(Block::Charts(vec![parallel(&found, &order).to_svg()])),
        );
    }
    sections.push(
        matter(matters.as_ref())
            .with_charts(order.iter().take(SLICES).filter_map(|name| slice(&found, name))),
    );
    sections.push(trials(&found));
    if let Some(best) = &found.best_config {
        let own = settings(&config_of(best)?);
        let all: Vec<String> = own.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        sections.push(
            Section::new("configuration", "Configuration")
                .with(Block::Folded("All settings of the best trial".to_owned(), all.join("\n"))),
        );
    }
    Ok(sections.into_iter().filter_map(Section::unless_empty).collect())
}

/// The settings that vary, those first that matter most.
fn order(found: &TuneReport, matters: Option<&Importance>) -> Vec<String> {
    match matters {
        Some(found) => found.shares.iter().map(|(name, _)| name.clone()).collect(),
        None => {
            let parameters = found.study.config().space.parameters();
            parameters.iter().map(|parameter| parameter.name.clone()).collect()
        }
    }
}

fn summary(found: &TuneReport) -> Section {
    let study = &found.study;
    let mut facts = Table::new("The search", &[]);
    let counts =
        [(State::Done, "to their end"), (State::Pruned, "given up early"), (State::Failed, "failed")];
    let counts = counts.map(|(state, word)| format!("{} {word}", human::count(found.count(state) as u64)));
    facts.row(["trials", &format!("{}: {}", human::count(study.trials().len() as u64), counts.join(", "))]);
    let way = match study.config().direction {
        Direction::Minimise => "smaller is better",
        Direction::Maximise => "larger is better",
    };
    facts.row(["objective", &format!("{}, of the validation part ({way})", heading(&found.monitor))]);
    let sampler = match &study.config().sampler {
        Sampler::Grid { .. } => "a grid",
        Sampler::Random => "independent draws",
        Sampler::Sobol { .. } => "a Sobol sequence",
        Sampler::Tpe(_) => "tree-structured Parzen estimator (TPE)",
        _ => "a sampler of a newer kiln",
    };
    facts.row(["values chosen by", sampler]);
    facts.row(["seed", &study.config().seed.to_string()]);
    let seconds: f64 = study.trials().iter().map(|trial| trial.seconds).sum();
    facts.row(["time of all trials together", &human::seconds(seconds)]);
    let mut section = Section::new("summary", "Summary");
    if !found.finished {
        section =
            section.with(Block::Text("The search has not ended: this is what it has so far.".to_owned()));
    }
    if let Some(best) = study.best() {
        let mut table = Table::new(
            format!("The best: trial {}, {} {}", best.number, heading(&found.monitor), value(best)),
            &["setting", "value"],
        );
        for (name, value) in best.params.iter() {
            table.row([name.to_owned(), short(value)]);
        }
        section = section.with_any(table.block()).with(Block::Text(
            "This value is too good: the items that judged it also picked it. The test part was not looked at.".to_owned(),
        ));
    } else {
        section = section.with(Block::Text("No trial has run to its end.".to_owned()));
    }
    section.with_any(facts.block())
}

/// A value with about four digits; `best.toml` has all of them.
fn short(value: &Value) -> String {
    match value {
        Value::Float(number) => human::metric(*number),
        other => other.to_string(),
    }
}

fn value(trial: &Trial) -> String {
    trial.value.map(human::metric).unwrap_or_default()
}

/// What the trials were worth.
fn cost(found: &TuneReport) -> Section {
    let section = Section::new("budget", "What the trials were worth");
    let points = best_so_far(&found.study);
    let (Some((first, _)), Some(best)) = (points.first(), found.study.best()) else { return section };
    let after = found.study.trials().iter().filter(|trial| trial.number > best.number).count();
    let text = format!(
        "The best trial is number {}; {} came after it without a better one. The first value stands at trial {}.",
        best.number, after, *first as u64
    );
    section.with(Block::Text(text)).with_charts([budget(found)])
}

/// Which settings matter.
fn matter(found: Option<&Importance>) -> Section {
    let section = Section::new("importance", "Which settings matter");
    let Some(found) = found else {
        return section.with(Block::Text(
            "There are too few trials to say: at least ten that ran to their end, with different values."
                .to_owned(),
        ));
    };
    let bars = found.shares.iter().map(|(name, share)| Bar {
        name: name.clone(),
        share: *share,
        value: format!("{:.0} %", 100.0 * share),
    });
    let text = format!(
        "How differently the values of the best {} of {} trials lie from those of all (PED-ANOVA: Watanabe, Bansal and Hutter 2023), as shares. \
         It tells which settings were worth their choice within these ranges, each by itself; of few trials it is rough. Settings with a \
         condition are judged by the trials that have them.",
        found.top, found.trials
    );
    section.with(Block::Text(text)).with(Block::Bars("Importance of each setting".to_owned(), bars.collect()))
}

fn trials(found: &TuneReport) -> Section {
    let ranking = found.study.ranking();
    let names: Vec<&str> =
        found.study.config().space.parameters().iter().map(|parameter| parameter.name.as_str()).collect();
    let head: Vec<&str> =
        ["trial", found.monitor.as_str(), "ended"].into_iter().chain(names.iter().copied()).collect();
    let caption = match ranking.len() {
        few if few <= LISTED => "The trials, the best first".to_owned(),
        many => format!("The best {LISTED} of {many} trials"),
    };
    let mut table = Table::new(caption, &head);
    for trial in ranking.iter().take(LISTED) {
        let ended = match trial.state {
            State::Done => "at its end",
            State::Pruned => "given up",
            State::Failed => "failed",
        };
        let cells = names.iter().map(|name| trial.params.get(name).map(short).unwrap_or_default());
        table.row([trial.number.to_string(), value(trial), ended.to_owned()].into_iter().chain(cells));
    }
    let mut section = Section::new("trials", "Trials").with_any(table.block());
    let failed = ranking.iter().filter(|trial| trial.state == State::Failed);
    if let Some((number, why)) = failed.filter_map(|trial| Some((trial.number, trial.error.clone()?))).next()
    {
        section = section.with(Block::Text(format!("Trial {number} failed: {why}")));
    }
    section
}

/// Several searches: their best trials, and what each had come to after how many.
pub(crate) fn searches(folders: &[PathBuf]) -> Result<Vec<Section>, ExperimentError> {
    let found: Vec<TuneReport> =
        folders.iter().map(|folder| TuneReport::read(folder)).collect::<Result<_, _>>()?;
    let mut table = Table::new(
        "The best trial of each search",
        &["search", "objective", "value", "trial", "trials", "settings"],
    );
    for (folder, found) in folders.iter().zip(&found) {
        let best = found.study.best();
        table.row([
            name(folder),
            heading(&found.monitor),
            best.map(value).unwrap_or_default(),
            best.map(|best| best.number.to_string()).unwrap_or_default(),
            found.study.trials().len().to_string(),
            best.map(|best| best.params.to_string()).unwrap_or_default(),
        ]);
    }
    let first = found.first().map(|found| found.monitor.clone()).unwrap_or_default();
    let same = found.iter().all(|found| found.monitor == first);
    let mut section = Section::new("scores", "Scores").with_any(table.block());
    if same {
        let chart = kiln_report::Chart::new("The best so far", "trial", heading(&first));
        let curves = folders.iter().zip(&found).take(CURVES);
        let chart = curves.fold(chart, |chart, (folder, found)| {
            let points = best_so_far(&found.study);
            if points.is_empty() { chart } else { chart.series(short_name(folder), points) }
        });
        if !chart.series.is_empty() {
            section = section.with_charts([chart]);
        }
    } else {
        section = section
            .with(Block::Text("The objectives differ, so that they are not drawn together.".to_owned()));
    }
    Ok(vec![section])
}
