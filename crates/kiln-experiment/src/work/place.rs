//! Whether a study is shared, and where.

use std::path::Path;
use std::time::Duration;

use kiln_work::Place;

use super::team::Team;
use crate::error::ExperimentError;

/// The store of the study in `folder`: the one that it has, or where a team is going to work on it, a new one. `None` for a study that
/// this process is alone with.
pub(crate) fn place_of(
    folder: &Path,
    team: Option<&Team>,
    store: Option<&str>,
    lease: Option<Duration>,
) -> Result<Option<Place>, ExperimentError> {
    Ok(match (team, Place::read(folder)?) {
        (Some(_), None) => Some(Place::new(store, lease)?.settle(folder)?),
        (_, place) => place,
    })
}

/// Finds out before anything is made whether a team can be started, and whether there can be such a store.
pub(crate) fn check(
    team: Option<&Team>,
    store: Option<&str>,
    lease: Option<Duration>,
) -> Result<(), ExperimentError> {
    if let Some(team) = team {
        team.check()?;
        Place::new(store, lease)?;
    }
    Ok(())
}
