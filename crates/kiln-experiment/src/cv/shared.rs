//! A cross-validation that several workers share: a worker of it, and the head.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, absolute};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use kiln_work::{Patience, Place, Store};

use super::folds::Folds;
use super::process::Whole;
use super::search::SearchInFolds;
use super::study::CvStudy;
use crate::error::{CvError, ExperimentError, RunError};
use crate::fold::FoldRecord;
use crate::interrupt::Interrupt;
use crate::job::new_pool;
use crate::observer::{Event, Observer, tell};
use crate::session::Session;
use crate::stored::stored;
use crate::work::{Head, Job, Member, Team, Units, Until, WorkEnd, WorkSettings, adopt, lead, script, start};

/// What a store has of a fold: the result itself is in the folder of the fold.
const DONE: &[u8] = b"{}";

/// Trains folds of the cross-validation in `path` until all are done, beside any number of other workers on this machine and others that
/// see the folder. A fold that another worker has lost goes on from its newest checkpoint. `only`: this fold, counted from 0, and no other.
/// [`collect`](super::collect) joins them.
///
/// # Errors
/// A cross-validation that cannot be read, data that have changed, a store that does not answer, and any failure of a fold, which is
/// given back.
pub fn work_folds(
    path: &Path,
    only: Option<usize>,
    settings: &WorkSettings,
    observer: &dyn Observer,
) -> Result<WorkEnd, ExperimentError> {
    let session = &settings.session;
    CvStudy::read(path)?;
    let resolved = stored(path, session)?;
    tell(observer, &Event::ReadingData { name: &path.display().to_string() })?;
    let folds = Folds::of_run(path, &resolved)?;
    tell(observer, &Event::DataRead)?;
    if let Some(fold) = only.filter(|fold| *fold >= folds.len()) {
        return Err(CvError::NoFold { fold, folds: folds.len() }.into());
    }
    let place = match Place::read(path)? {
        Some(place) => place,
        None => Place::new(settings.store.as_deref(), settings.lease)?.settle(path)?,
    };
    let whole = Whole { path, resolved: &resolved, folds: &folds, session, worker: None, observer };
    member(&whole, &place, settings.threads, only)
}

/// Trains folds in this process beside others.
pub(super) fn member(
    whole: &Whole<'_>,
    place: &Place,
    threads: usize,
    only: Option<usize>,
) -> Result<WorkEnd, ExperimentError> {
    let (until, patience) = (until(whole), Patience::default());
    let store = patience.ask(|| until.is_over(), || place.open(whole.path))?;
    let mut units = units(whole, &store, only, false)?;
    Member { store, until, patience, pool: new_pool(threads)? }.work(&mut units)
}

/// Leads a team until all folds are done.
pub(super) fn team(whole: &Whole<'_>, place: &Place, team: &Team) -> Result<(), ExperimentError> {
    let path = absolute(whole.path).map_err(RunError::io("look at", whole.path))?;
    let store = place.open(&path)?;
    let (until, patience) = (until(whole), Patience::default());
    let mut units = units(whole, &store, None, true)?;
    units.catch_up(&*store, &patience, &until)?;
    if units.open().is_empty() {
        return Ok(());
    }
    let mut crew = start(team, &Job { command: "cv", folder: &path })?;
    lead(&Head { store: &*store, until, patience }, &mut units, &mut *crew)
}

/// What a team is started with, as text.
pub(super) fn printed(path: &Path, team: &Team) -> Result<String, ExperimentError> {
    let folder = absolute(path).map_err(RunError::io("look at", path))?;
    Ok(script(team, &Job { command: "cv", folder: &folder }))
}

fn until(whole: &Whole<'_>) -> Until {
    Until { interrupt: whole.session.interrupt.clone(), deadline: None }
}

fn units<'a>(
    whole: &'a Whole<'a>,
    store: &Arc<dyn Store>,
    only: Option<usize>,
    tells_all: bool,
) -> Result<FoldUnits<'a>, ExperimentError> {
    let mut done = BTreeSet::new();
    for fold in 0..whole.folds.len() {
        if FoldRecord::read(whole.path, fold)?.is_some() {
            done.insert(fold as u64);
        }
    }
    adopt(&**store, done.iter().map(|fold| (*fold, DONE.to_vec())))?;
    let (only, patience) = (only.map(|fold| fold as u64), store.lease_time());
    // What decides the trials is that of the process that began.
    let nested = CvStudy::read(whole.path)?.nested;
    Ok(FoldUnits { whole, nested, only, done, tells_all, patience })
}

/// The folds of a cross-validation as work that is shared.
struct FoldUnits<'a> {
    whole: &'a Whole<'a>,
    /// The search in each fold.
    nested: Option<SearchInFolds>,
    only: Option<u64>,
    done: BTreeSet<u64>,
    /// Whether the folds of others are told, too.
    tells_all: bool,
    /// How long a file system may take to show what another machine has written.
    patience: Duration,
}

impl Units for FoldUnits<'_> {
    fn open(&self) -> Range<u64> {
        let folds = self.whole.folds.len() as u64;
        let all = self.only.map_or(0..folds, |fold| fold..fold + 1);
        let first = all.clone().find(|fold| !self.done.contains(fold));
        first.map_or(all.end..all.end, |first| first..all.end)
    }

    fn done(&self, first: u64) -> Vec<u64> {
        self.done.range(first..).copied().collect()
    }

    fn learn(&mut self, unit: u64, _: &[u8]) -> Result<(), ExperimentError> {
        let (path, fold) = (self.whole.path, number(unit));
        let began = Instant::now();
        let record = loop {
            match FoldRecord::read(path, fold)? {
                Some(record) => break record,
                None if began.elapsed() < self.patience => thread::sleep(Duration::from_millis(100)),
                None => return Err(CvError::FoldMissing { fold, run: path.to_owned() }.into()),
            }
        };
        self.done.insert(unit);
        if self.tells_all {
            let event = Event::Fold { record: &record, folds: self.whole.folds.len(), earlier: false };
            tell(self.whole.observer, &event)?;
        }
        Ok(())
    }

    fn run(&mut self, unit: u64, interrupt: &Interrupt) -> Result<Option<Vec<u8>>, ExperimentError> {
        let session = Session { interrupt: interrupt.clone(), ..self.whole.session.clone() };
        let whole = Whole { session: &session, ..*self.whole };
        let runner = whole.runner(self.nested.as_ref(), Duration::ZERO)?;
        Ok(runner.run(number(unit))?.map(|_| DONE.to_vec()))
    }
}

/// The number of a fold, of which there are fewer than memory has places.
fn number(unit: u64) -> usize {
    usize::try_from(unit).unwrap_or(usize::MAX)
}
