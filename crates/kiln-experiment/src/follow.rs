//! Every rank but the first: it trains with it, and writes nothing.

use std::path::Path;
use std::sync::Arc;

use kiln_config::Resolved;
use kiln_models::Network;
use kiln_ranks::{Ranks, RanksError};
use kiln_train::{Outcome, Stop, Trainer};

use crate::auto_device::AutoDevice;
use crate::error::ExperimentError;
use crate::job::{Job, in_pool};
use crate::language;
use crate::ranks::{RankSettings, join};
use crate::run::RunRecord;
use crate::session::Session;
use crate::stored::stored_with;
use crate::training::Changes;

/// How a rank ended that is not the first.
#[derive(Debug)]
#[non_exhaustive]
pub struct Followed {
    /// Why training stopped.
    pub stop: Stop,
    /// Optimiser steps done.
    pub steps: u64,
    /// The rank that was lost, where that is why.
    pub lost: Option<RanksError>,
}

/// Trains `resolved` as one of the ranks of `settings` that is not the first, which has the same configuration and data.
///
/// # Errors
/// Whatever keeps it from training. The other ranks hear of it.
pub fn follow(
    resolved: &Resolved,
    settings: &RankSettings,
    session: &Session,
) -> Result<Followed, ExperimentError> {
    follow_at(resolved, None, &Changes::default(), settings, session)
}

/// The same for the run in `path`, with changes: what rank 0 does with [`resume_with`](crate::resume_with). Nothing in it is touched.
///
/// # Errors
/// As [`follow`].
pub fn follow_run(
    path: &Path,
    changes: &Changes,
    settings: &RankSettings,
    session: &Session,
) -> Result<Followed, ExperimentError> {
    let mut place = session.place();
    place.device = place.device.filter(|name| name != "auto");
    let resolved = stored_with(path, place, &changes.overrides)?;
    follow_at(&resolved, Some(path), changes, settings, session)
}

fn follow_at(
    resolved: &Resolved,
    path: Option<&Path>,
    changes: &Changes,
    settings: &RankSettings,
    session: &Session,
) -> Result<Followed, ExperimentError> {
    let ranks = join(settings, &session.interrupt)?;
    let trained = train(resolved, path, changes, &ranks, session);
    match trained {
        Ok(Outcome { stop, steps, lost, .. }) => Ok(Followed { stop, steps, lost }),
        Err(error) => {
            ranks.end(&error.to_string());
            Err(error)
        }
    }
}

fn train(
    resolved: &Resolved,
    path: Option<&Path>,
    changes: &Changes,
    ranks: &Ranks,
    session: &Session,
) -> Result<Outcome<Network>, ExperimentError> {
    let stop = &session.interrupt.flag;
    if language::is_language(resolved) {
        return language::follow(resolved, &changes.allow, ranks, stop);
    }
    let auto = AutoDevice::of(resolved).map(|auto| auto.first(resolved)).transpose()?;
    let job = Job::load(auto.as_ref().unwrap_or(resolved))?;
    let record = path.map(RunRecord::read).transpose()?;
    let job = match record.and_then(|record| record.data) {
        Some(data) => job.begun_on(&data.fingerprint)?,
        None => job,
    };
    let trainer = |job: &Job<'_>| -> Result<Trainer<_>, ExperimentError> {
        let trainer = job.trainer().stop_flag(Arc::clone(stop)).ranks(ranks.clone());
        Ok(trainer.allow_changes(changes.allow.iter().cloned()))
    };
    Ok(in_pool(|| job.fit_all(false, trainer)).and_then(|trained| trained)?.fitting.outcome)
}
