//! What is in folders that may be in progress: its sections, and how far it is.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_experiment::error::RunError;
use kiln_experiment::fold::fold_folder;
use kiln_experiment::run::{
    CONFIG, FolderKind, HOLDOUT, METRICS, RECORD, RunRecord, SAMPLES, Status, is_busy, is_cross_validation,
    read_epochs,
};
use kiln_experiment::tune::TuneRecord;
use kiln_experiment::{ExperimentError, Progress};
use kiln_report::human;

use crate::block::{Block, Section};
use crate::differences::config;
use crate::report::name;
use crate::section;

/// What tells that a file has changed: its length, and when it was written. `None` where there is none.
pub(super) type Mark = Option<(u64, Option<SystemTime>)>;

/// Title, subtitle and sections of a page.
pub(super) type Content = (String, String, Vec<Section>);

/// What folders hold that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watched {
    /// Runs and cross-validations.
    Runs,
    Searches,
    /// Paths and curves, some of them not at their end.
    Unfinished,
    /// A path, a curve, a comparison.
    Whole(FolderKind),
}

impl Watched {
    fn of(folders: &[PathBuf]) -> Result<Self, ExperimentError> {
        let mut found: Option<(&PathBuf, Self)> = None;
        for folder in folders {
            let kind = Self::of_one(folder)?;
            found = Some(match found {
                None => (folder, kind),
                Some((first, known)) if known == kind => (first, known),
                // Their progress is written down, also of those that are whole.
                Some((first, known)) if known.has_progress() && kind.has_progress() => {
                    (first, Self::Unfinished)
                }
                Some((first, known)) => {
                    let (one, other) = ((first.clone(), known.name()), (folder.clone(), kind.name()));
                    return Err(RunError::OtherKinds { one, other }.into());
                }
            });
        }
        Ok(found.map_or(Self::Runs, |(_, kind)| kind))
    }

    fn of_one(folder: &Path) -> Result<Self, ExperimentError> {
        Ok(match FolderKind::of(folder)? {
            Some(FolderKind::Run | FolderKind::CrossValidation) => Self::Runs,
            Some(FolderKind::Search) => Self::Searches,
            Some(kind) => Self::Whole(kind),
            None if Progress::read(folder)?.is_some() => Self::Unfinished,
            None => return Err(RunError::NotOfKiln { path: folder.to_owned() }.into()),
        })
    }

    fn has_progress(self) -> bool {
        matches!(self, Self::Unfinished | Self::Whole(FolderKind::Path | FolderKind::Curve))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Runs => "a run",
            Self::Searches => "a search",
            Self::Unfinished => "a path or a curve in progress",
            Self::Whole(kind) => kind.name(),
        }
    }
}

/// What the page of a folder is made of.
pub(super) fn marks(folder: &Path) -> Vec<Mark> {
    let mark = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.len(), found.modified().ok()))
    };
    let names = [
        CONFIG,
        RECORD,
        METRICS,
        SAMPLES,
        "study.jsonl",
        "tune.json",
        "best.toml",
        "progress.jsonl",
        "path.json",
        "curve.json",
    ];
    let mut marks: Vec<Mark> = names.iter().map(|name| mark(&folder.join(name))).collect();
    marks.push(mark(&folder.join(HOLDOUT).join(METRICS)));
    marks.push(is_busy(folder).then_some((0, None)));
    // Folds end in any order.
    marks.extend(
        (0..).map(|fold| mark(&fold_folder(folder, fold).join("fold.json"))).take_while(Option::is_some),
    );
    marks
}

/// What there is to be seen by now.
pub(super) fn content(folders: &[PathBuf]) -> Result<Content, ExperimentError> {
    let kind = Watched::of(folders)?;
    let several = |what: &str, sections: Vec<Section>| {
        let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
        (format!("{} {what}", folders.len()), names.join(", "), sections)
    };
    Ok(match (kind, folders) {
        (Watched::Runs, [run]) => {
            let mut sections = match is_cross_validation(run)? {
                true => section::folds(run)?,
                false => vec![section::summary(run)?, training(folders)?],
            };
            sections.extend(section::written(run)?);
            sections.extend(section::configuration(run)?);
            (name(run), section::when(run)?, sections)
        }
        (Watched::Runs, runs) => {
            let mut sections = section::together(runs)?;
            sections.push(training(runs)?);
            several("runs", sections)
        }
        (Watched::Whole(FolderKind::Ensemble), [run]) => {
            let mut sections = vec![section::summary(run)?];
            sections.extend(section::configuration(run)?);
            (name(run), section::when(run)?, sections)
        }
        (Watched::Whole(FolderKind::Ensemble), runs) => several("ensembles", section::together(runs)?),
        (Watched::Searches, [folder]) => (name(folder), "A search".to_owned(), section::search(folder)?),
        (Watched::Searches, folders) => several("searches", section::searches(folders)?),
        (Watched::Whole(FolderKind::Path), [folder]) => {
            (name(folder), "A path".to_owned(), section::path(folder)?)
        }
        (Watched::Whole(FolderKind::Path), folders) => several("paths", section::paths(folders)?),
        (Watched::Whole(FolderKind::Curve), [folder]) => {
            (name(folder), "A curve".to_owned(), section::curve(folder)?)
        }
        (Watched::Whole(FolderKind::Curve), folders) => several("curves", section::curves(folders)?),
        (Watched::Whole(_), [folder]) => {
            (name(folder), "A comparison".to_owned(), section::comparison(folder)?)
        }
        (Watched::Whole(_), folders) => several("comparisons", section::comparisons(folders)?),
        (Watched::Unfinished, [folder]) => {
            (name(folder), "In progress".to_owned(), section::progress(folders)?)
        }
        (Watched::Unfinished, folders) => several("in progress", section::progress(folders)?),
    })
}

fn training(runs: &[PathBuf]) -> Result<Section, ExperimentError> {
    let none = || {
        let text = "There are curves when two epochs have ended.".to_owned();
        Section::new("training", "Training").with(Block::Text(text))
    };
    Ok(section::training(runs)?.unwrap_or_else(none))
}

/// How far what is in `folder` is, and when it is over what can be done next.
pub(super) fn state(folder: &Path) -> Result<String, ExperimentError> {
    let report = format!("all of it: kiln report {}", name(folder));
    match Watched::of_one(folder)? {
        Watched::Runs => of_run(folder, &report),
        Watched::Searches => of_search(folder, &report),
        Watched::Whole(_) => Ok(format!("done; {report}")),
        Watched::Unfinished => {
            let steps = Progress::read(folder)?.map_or(0, |found| found.steps.len());
            let ended = counted(steps as u64, "training", "trainings");
            let state = if is_busy(folder) { "running" } else { "killed" };
            Ok(format!("{state}, {ended} ended"))
        }
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one} has") } else { format!("{} {more} have", human::count(count)) }
}

fn of_search(folder: &Path, report: &str) -> Result<String, ExperimentError> {
    let found = kiln_experiment::tune::TuneReport::read(folder)?;
    let trials = found.study.trials().len() as u64;
    let ended = counted(trials, "trial", "trials");
    // Of a search in code there is no such file.
    let of = TuneRecord::read(folder)
        .map_or(String::new(), |record| format!(" of {}", human::count(record.trials)));
    Ok(match (is_busy(folder), found.finished) {
        (true, _) => format!("running, {ended} ended{of}"),
        (false, true) => format!("done, {ended} ended; {report}"),
        (false, false) => format!("stopped, {ended} ended{of}; go on with kiln resume {}", name(folder)),
    })
}

fn of_run(run: &Path, report: &str) -> Result<String, ExperimentError> {
    let record = RunRecord::read(run)?;
    let epochs = read_epochs(run)?.len();
    let after = match epochs {
        1 => "after 1 epoch".to_owned(),
        some => format!("after {some} epochs"),
    };
    Ok(match record.status {
        Status::Running if !is_busy(run) => format!("killed {after}; go on with kiln resume {}", name(run)),
        Status::Running if is_cross_validation(run)? => "running".to_owned(),
        Status::Running => {
            format!(
                "running, {epochs} of at most {} epochs have ended",
                human::count(config(run)?.train.epochs)
            )
        }
        Status::Done if epochs == 0 => format!("done; {report}"),
        Status::Done => format!("done, {after}; {report}"),
        Status::Stopped => format!("stopped {after}; go on with kiln resume {}", name(run)),
        Status::Failed => format!("failed {after}: {}", record.error.unwrap_or_default()),
        other => format!("{other}, {after}"),
    })
}
