//! A search that several workers share: a worker of it, and the head.

use std::path::{Path, absolute};
use std::time::Instant;

use kiln_core::{ErrorKind, Explain};
use kiln_validate::search::{Proposals, Study};
use kiln_work::{Patience, Place};

use super::conclude::conclude;
use super::folder::Folder;
use super::trial::Trials;
use super::units::{TrialUnits, bytes};
use crate::error::{ExperimentError, RunError};
use crate::job::{SharedData, new_pool};
use crate::observer::{Event, Observer, tell};
use crate::run::is_busy;
use crate::session::Session;
use crate::work::{Head, Job, Member, Team, Units, Until, WorkEnd, WorkSettings, adopt, lead, script, start};

/// Works on the search in `path` until none of its trials is left, beside any number of other workers on this machine and others that see
/// the folder. The table that comes out does not depend on them. A trial that another worker has lost goes on from its newest
/// checkpoint. The last worker writes the table into the journal of the search, unless a head does.
///
/// At most as many trials run at once as the lag of the search allows: more workers wait.
///
/// # Errors
/// A search that one process alone is at work on, a damaged folder, a store that does not answer; and what is not a trial's own fault,
/// such as the data. The trial at hand is given back.
pub fn work(
    path: &Path,
    settings: &WorkSettings,
    observer: &dyn Observer,
) -> Result<WorkEnd, ExperimentError> {
    let session = &settings.session;
    let (folder, mut study) = Folder::join(path, session)?;
    let place = match Place::read(path)? {
        Some(place) => place,
        None if is_busy(path) => return Err(RunError::Busy { path: path.to_owned() }.into()),
        None => Place::new(settings.store.as_deref(), settings.lease)?.settle(path)?,
    };
    tell(observer, &Event::SearchGoesOn { folder: path, trials: study.trials().len() })?;
    let shared = Shared { folder: &folder, place: &place, session, deadline: None, observer };
    let end = shared.member(&mut study, settings.threads, false, SharedData::default())?;
    if end == WorkEnd::Done {
        match Folder::open(path, None, session) {
            Ok((folder, mut study)) => {
                Shared { folder: &folder, ..shared }.gather(&mut study)?;
                conclude(study, &folder, true)?;
            }
            // A head, or another worker that sees the end, does it.
            Err(error) if error.kind() == ErrorKind::Busy => {}
            Err(error) => return Err(error),
        }
    }
    Ok(end)
}

/// A search that several workers share.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) folder: &'a Folder,
    pub(super) place: &'a Place,
    pub(super) session: &'a Session,
    pub(super) deadline: Option<Instant>,
    pub(super) observer: &'a dyn Observer,
}

impl<'a> Shared<'a> {
    /// Works beside others, until nothing is left. `tells_all`: also of what others have done.
    pub(super) fn member(
        &self,
        study: &mut Study,
        threads: usize,
        tells_all: bool,
        data: SharedData,
    ) -> Result<WorkEnd, ExperimentError> {
        let until = self.until();
        let patience = Patience::default();
        let store = patience.ask(|| until.is_over(), || self.place.open(&self.folder.path))?;
        adopt(&*store, results(study)?)?;
        let mut units = self.units(study, tells_all, data);
        Member { store, until, patience, pool: new_pool(threads)? }.work(&mut units)
    }

    /// Leads a team until nothing is left, and takes what it does into the study. One that is to be printed is told, and not started.
    pub(super) fn team(&self, study: &mut Study, team: &Team) -> Result<(), ExperimentError> {
        let path = absolute(&self.folder.path).map_err(RunError::io("look at", &self.folder.path))?;
        let job = Job { command: "tune", folder: &path };
        let store = self.place.open(&path)?;
        adopt(&*store, results(study)?)?;
        if team.print {
            return tell(self.observer, &Event::Script(&script(team, &job)));
        }
        let mut units = self.units(study, true, SharedData::default());
        let (until, patience) = (self.until(), Patience::default());
        units.catch_up(&*store, &patience, &until)?;
        if units.open().is_empty() {
            return Ok(());
        }
        let mut crew = start(team, &job)?;
        lead(&Head { store: &*store, until, patience }, &mut units, &mut *crew)
    }

    /// Takes what is done into the study.
    fn gather(&self, study: &mut Study) -> Result<(), ExperimentError> {
        let store = self.place.open(&self.folder.path)?;
        let mut units = self.units(study, false, SharedData::default());
        units.catch_up(&*store, &Patience::default(), &self.until()).map(|_| ())
    }

    fn until(&self) -> Until {
        Until { interrupt: self.session.interrupt.clone(), deadline: self.deadline }
    }

    fn units<'b>(&self, study: &'b mut Study, tells_all: bool, data: SharedData) -> TrialUnits<'b>
    where
        'a: 'b,
    {
        let (folder, deadline) = (self.folder, self.deadline);
        let trials = Trials { folder, arguments: &self.session.arguments, deadline, data };
        let proposals = Proposals::new(study.config());
        TrialUnits { study, folder, trials, proposals, tells_all, observer: self.observer }
    }
}

/// What is in the journal already.
fn results(study: &Study) -> Result<Vec<(u64, Vec<u8>)>, ExperimentError> {
    study.trials().iter().map(|trial| Ok((trial.number, bytes(trial)?))).collect()
}
