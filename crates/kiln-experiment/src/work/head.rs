//! The head: takes what workers have done, until nothing is left.

use std::thread;
use std::time::Duration;

use kiln_work::{Patience, Store};

use super::crew::Crew;
use super::units::Units;
use super::until::Until;
use crate::error::ExperimentError;

/// How often the head looks.
const LOOK: Duration = Duration::from_millis(100);

/// What a head looks at.
pub(crate) struct Head<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) until: Until,
    pub(crate) patience: Patience,
}

/// Leads a crew until nothing is left, or it has to end before. Then the crew has ended.
///
/// # Errors
/// What the crew says of workers that fail, and what the store says.
pub(crate) fn lead(
    head: &Head<'_>,
    units: &mut impl Units,
    crew: &mut dyn Crew,
) -> Result<(), ExperimentError> {
    loop {
        let new = units.catch_up(head.store, &head.patience, &head.until)?;
        let open = units.open();
        if open.is_empty() {
            // Workers see it themselves.
            crew.end();
            return Ok(());
        }
        if head.until.is_over() {
            crew.stop();
            // What they have done in their last moment.
            units.catch_up(head.store, &head.patience, &head.until)?;
            return Ok(());
        }
        let left = (open.end - open.start) - units.done(open.start).len() as u64;
        if let Err(error) = crew.look(new > 0, left) {
            crew.stop();
            return Err(error);
        }
        thread::sleep(LOOK);
    }
}
