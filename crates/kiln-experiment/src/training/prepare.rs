//! A job that is checked and told of, before anything is written.

use kiln_config::{Preset, Resolved};

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
    if let Some(why) = idle_preset(resolved, &job) {
        tell(observer, &Event::Warning(&why))?;
    }
    job.tell_of_start(observer)?;
    for warning in job.warnings() {
        tell(observer, &Event::Warning(&warning))?;
    }
    tell(observer, &Event::Model(&job.summary))?;
    Ok(job)
}

/// Why a preset that is asked for chooses nothing, where it does not.
fn idle_preset(resolved: &Resolved, job: &Job<'_>) -> Option<String> {
    let preset = resolved.config.preset.filter(|preset| *preset != Preset::Fast)?;
    let data = &job.config().data;
    let is_table = job.prepared.fitted.input_shape().as_images().is_none()
        && !data.holds_texts()
        && !data.holds_series();
    let why = match (is_table, resolved.open().good) {
        (true, true) => return None,
        (true, false) => {
            "it stands for a model and its training where nothing is said of them, and a model or a solver is said"
        }
        (false, _) => "it is for tables",
    };
    Some(format!("the preset \"{}\" changes nothing here: {why}", preset.name()))
}
