//! The cross-validation as a whole: its folder, its folds one after the other or side by side, its end.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use kiln_config::Resolved;
use kiln_core::device::DeviceName;
use kiln_core::memory;
use kiln_work::Place;

use super::claim::claim;
use super::folds::{Folds, recorded_in};
use super::process::{PATIENCE, Whole};
use super::report::CvReport;
use super::search::SearchInFolds;
use super::settings::{CvSettings, WorkerProgram, parallel};
use super::shared;
use super::study::CvStudy;
use super::workers::Workers;
use crate::auto_device::settled;
use crate::error::{CvError, ExperimentError};
use crate::fold::FoldRecord;
use crate::loss_ends::loss_ends;
use crate::observer::{Event, Observer, tell, tell_understood};
use crate::run::{RunFolder, RunRecord, Status, rfc3339};
use crate::session::Session;
use crate::start::NewStart;
use crate::stored::{stored, with_reading_of};
use crate::training::new_record;
use crate::warm_start::pinned;
use crate::work::{Team, check, place_of};

/// How a cross-validation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CvEnd {
    /// All folds are done.
    Done(Box<CvReport>),
    /// The one fold that was asked for is done; the others are trained elsewhere.
    OneFold {
        /// The folder of the cross-validation.
        run: PathBuf,
    },
    /// What starts its workers was told, and nothing is trained.
    Printed {
        /// The folder of the cross-validation.
        run: PathBuf,
    },
    /// It was asked to stop, and can be resumed.
    Stopped {
        /// The folder of the cross-validation.
        run: PathBuf,
    },
}

/// Cross-validates a configuration: trains a model on the training items of each fold and judges it on the others.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::Session;
/// use kiln_experiment::cv::{Cuts, CvEnd, CvSettings, cross_validate};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let settings = CvSettings {
///     session: Session { runs_dir: runs.path().to_owned(), ..Session::default() },
///     cuts: Cuts { folds: 3, ..Cuts::default() },
///     ..CvSettings::default()
/// };
/// let CvEnd::Done(report) = cross_validate(&resolved, &settings, &())? else { panic!("nobody stopped it") };
/// let accuracy = &report.summaries.get("accuracy").expect("iris has classes").summary;
/// assert!(accuracy.interval[0] < accuracy.mean && accuracy.mean < accuracy.interval[1]);
/// assert!(report.run.join("predictions.csv").is_file());
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Any failure of a fold. Folds that are done stay done: [`resume_cross_validation`] goes on.
pub fn cross_validate(
    resolved: &Resolved,
    settings: &CvSettings,
    observer: &dyn Observer,
) -> Result<CvEnd, ExperimentError> {
    let session = &settings.session;
    let resolved = &*settled(resolved, observer)?;
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let pinned = pinned(resolved)?;
    let resolved = &with_reading_of(&pinned, settings.dir.as_deref());
    let start = NewStart::of_search(resolved);
    let nested = match &settings.search {
        Some(search) => Some(SearchInFolds::new(search, resolved, &start)?),
        None => None,
    };
    let config = &resolved.config;
    let group = settings.cuts.group.as_deref();
    let recorded = recorded_in(settings.dir.as_deref());
    let study = |classes| CvStudy::new(settings, nested, config, classes);
    let folds = Folds::load_as(resolved, recorded.as_ref(), settings.bag, group, study)?;
    tell_understood(observer, folds.dataset())?;
    if !settings.bag && (config.data.validation_path.is_some() || config.data.test_path.is_some()) {
        let text = "folds are cut of data.path alone: data.validation_path and data.test_path are not read";
        tell(observer, &Event::Warning(text))?;
    }
    let job = folds.check(resolved)?;
    job.tell_of_start(observer)?;
    let record = new_record(&job, &session.arguments);
    drop(job);
    if let Some(nested) = &folds.study.nested {
        folds.inner(0, nested, folds.seed(resolved, 0))?;
    }
    if let Some(fold) = settings.only
        && fold >= folds.len()
    {
        return Err(CvError::NoFold { fold, folds: folds.len() }.into());
    }
    check(settings.team.as_ref(), settings.store.as_deref(), settings.lease)?;
    let path = claim(resolved, settings, &folds, &record, &start)?;
    let wanted = match settings.only {
        Some(fold) => vec![fold],
        None => (0..folds.len()).collect(),
    };
    let (worker, team) = (settings.worker.as_ref(), settings.team.as_ref());
    let place = place_of(&path, team, settings.store.as_deref(), settings.lease)?;
    if let Some(team) = team.filter(|team| team.print) {
        tell(observer, &Event::Script(&shared::printed(&path, team)?))?;
        return Ok(CvEnd::Printed { run: path });
    }
    let whole = Whole { path: &path, resolved, folds: &folds, session, worker, observer };
    let place = place.filter(|_| settings.only.is_none());
    whole.go(&wanted, settings.only.is_none(), place.as_ref().map(|place| (place, team)))
}

/// Goes on with the cross-validation in `path`: trains every fold that is not done. `worker`: how the process of a job is
/// started; without it jobs are threads.
///
/// # Errors
/// Data that have changed, a fold that another process holds; and as [`cross_validate`].
pub fn resume_cross_validation(
    path: &Path,
    session: &Session,
    worker: Option<&WorkerProgram>,
    observer: &dyn Observer,
) -> Result<CvEnd, ExperimentError> {
    let resolved = stored(path, session)?;
    CvStudy::read(path)?;
    tell(observer, &Event::ReadingData { name: &path.display().to_string() })?;
    let folds = Folds::of_run(path, &resolved)?;
    tell(observer, &Event::DataRead)?;
    let wanted: Vec<usize> = (0..folds.len()).collect();
    let place = Place::read(path)?;
    let whole = Whole { path, resolved: &resolved, folds: &folds, session, worker, observer };
    whole.go(&wanted, true, place.as_ref().map(|place| (place, None)))
}

/// Joins the folds of the cross-validation in `path` that were trained one by one.
///
/// # Errors
/// [`CvError::FoldMissing`] for the first fold that is not done.
pub fn collect(path: &Path, session: &Session, observer: &dyn Observer) -> Result<CvReport, ExperimentError> {
    CvStudy::read(path)?;
    let resolved = stored(path, session)?;
    let folds = Folds::of_run(path, &resolved)?;
    let _lock = RunFolder::open(path)?;
    let mut records = Vec::new();
    for fold in 0..folds.len() {
        match FoldRecord::read(path, fold)? {
            Some(record) => records.push(record),
            None => return Err(CvError::FoldMissing { fold, run: path.to_owned() }.into()),
        }
    }
    for record in &records {
        tell(observer, &Event::Fold { record, folds: folds.len(), earlier: true })?;
    }
    CvReport::write(path, loss_ends(&resolved.config), &folds, records, memory::peak_rss())?
        .judged(&folds, session, observer)
}

impl Whole<'_> {
    /// Trains the folds of `wanted` that are not done; joins them when those are `all`. `shared`: where other workers do so, too, with the
    /// team that does it in the place of this process.
    fn go(
        self,
        wanted: &[usize],
        all: bool,
        shared: Option<(&Place, Option<&Team>)>,
    ) -> Result<CvEnd, ExperimentError> {
        let lock = if all { Some(RunFolder::open(self.path)?) } else { None };
        let parallel = parallel(self.resolved, self.folds.study.jobs);
        if lock.is_some() {
            let mut record = RunRecord::read(self.path)?;
            record.status = Status::Running;
            record.write(self.path)?;
        }
        let others = match shared {
            Some((place, Some(team))) => shared::team(&self, place, team),
            Some((place, None)) => shared::member(&self, place, parallel.threads, None).map(|_| ()),
            None => Ok(()),
        };
        if let Err(error) = others {
            self.ended(Status::Failed, Some(&error))?;
            return Err(error);
        }
        // What decides the trials is that of the process that began.
        let nested = CvStudy::read(self.path)?.nested;
        // Whoever holds a fold of a whole that is ours was left behind by a process that was killed.
        let runner = self.runner(nested.as_ref(), if all { PATIENCE } else { Duration::ZERO })?;
        let interrupt = &self.session.interrupt;
        let workers = self
            .processes(wanted)?
            .map(|program| Workers::new(self.path, parallel.threads, program, interrupt, self.observer));
        let here = Mutex::new(());
        let result = parallel.run(wanted, |fold| match (&workers, here.try_lock()) {
            (Some(workers), Err(_))
                if !interrupt.is_set() && FoldRecord::read(self.path, fold)?.is_none() =>
            {
                if workers.train(fold)? { Ok(FoldRecord::read(self.path, fold)?) } else { Ok(None) }
            }
            _ => runner.run(fold),
        });
        let peak_rss = memory::peak_rss().map(|own| own + workers.as_ref().map_or(0, Workers::peak_rss));
        let records: Vec<FoldRecord> = match result {
            Ok(records) => records.into_iter().flatten().collect(),
            Err(error) => {
                if lock.is_some() {
                    self.ended(Status::Failed, Some(&error))?;
                }
                return Err(error);
            }
        };
        let run = self.path.to_owned();
        if records.len() < wanted.len() {
            if lock.is_some() {
                self.ended(Status::Stopped, None)?;
            }
            return Ok(CvEnd::Stopped { run });
        }
        if all {
            let loss = loss_ends(&self.resolved.config);
            let report = CvReport::write(self.path, loss, self.folds, records, peak_rss)?;
            Ok(CvEnd::Done(Box::new(report.judged(self.folds, self.session, self.observer)?)))
        } else {
            Ok(CvEnd::OneFold { run })
        }
    }

    /// What starts the processes of all jobs but one, where there are several, and no GPU, which they would share.
    fn processes(&self, wanted: &[usize]) -> Result<Option<&WorkerProgram>, ExperimentError> {
        let device: DeviceName = self.resolved.check()?;
        let several = self.folds.study.jobs.min(wanted.len()) > 1;
        Ok(self.worker.filter(|_| several && device.is_cpu()))
    }

    fn ended(&self, status: Status, error: Option<&ExperimentError>) -> Result<(), ExperimentError> {
        let mut record = RunRecord::read(self.path)?;
        record.status = status;
        record.finished = Some(rfc3339(SystemTime::now()));
        record.error = error.map(ToString::to_string);
        Ok(record.write(self.path)?)
    }
}
