//! What starts workers.

mod ask;
mod hyperqueue;
mod kubernetes;
mod local;
mod slurm;

use crate::error::{ExperimentError, WorkError};

use super::crew::Crew;
use super::team::{Engine, Job, Team};

/// Starts the workers of a team.
///
/// # Errors
/// [`WorkError`].
pub(crate) fn start(team: &Team, job: &Job<'_>) -> Result<Box<dyn Crew>, ExperimentError> {
    Ok(match team.engine {
        Engine::Local => Box::new(local::Processes::start(team, job)?),
        Engine::Slurm => Box::new(slurm::Submitted::start(team, job)?),
        engine @ (Engine::HyperQueue | Engine::Kubernetes) => {
            return Err(WorkError::PrintOnly { engine: engine.name() }.into());
        }
    })
}

/// What a team is started with, as text: a script, a manifest, or commands.
pub(crate) fn script(team: &Team, job: &Job<'_>) -> String {
    match team.engine {
        Engine::Local => local::line(team, job),
        Engine::HyperQueue => hyperqueue::line(team, job),
        Engine::Slurm => slurm::script(team, job),
        Engine::Kubernetes => kubernetes::manifest(team, job),
    }
}
