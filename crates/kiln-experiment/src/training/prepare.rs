//! A job that is checked and told of, before anything is written.

use kiln_config::Resolved;

use crate::error::ExperimentError;
use crate::job::Job;
use crate::observer::{Event, Observer, tell, tell_understood};

/// Loads the data and checks everything that can be checked before the first step.
pub(super) fn prepare<'a>(
    resolved: &'a Resolved,
    observer: &dyn Observer,
) -> Result<Job<'a>, ExperimentError> {
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let job = Job::load(resolved)?;
    tell_understood(observer, &job.prepared.dataset)?;
    job.check()?;
    if job.refits() {
        // What would stop the second training stops the first, not what comes of it.
        job.whole(1)?.check()?;
    }
    let texts = job.prepared.text_facts();
    if !texts.is_empty() {
        tell(observer, &Event::Texts(&texts))?;
    }
    let followed = job.resolved.followed();
    if !followed.is_empty() {
        tell(observer, &Event::Followed { settings: &followed, items: job.prepared.split.train.len() })?;
    }
    job.tell_of_start(observer)?;
    for warning in job.warnings() {
        tell(observer, &Event::Warning(&warning))?;
    }
    tell(observer, &Event::Model(&job.summary))?;
    Ok(job)
}
