//! The workers that an engine has started.

use crate::error::ExperimentError;

/// The workers that an engine has started.
pub(crate) trait Crew {
    /// Looks after them: starts those anew that were lost. `progress`: whether anything was done since it last looked. `left`: how much is
    /// not done of what may run now.
    ///
    /// # Errors
    /// Workers that end with an error, or are lost again and again.
    fn look(&mut self, progress: bool, left: u64) -> Result<(), ExperimentError>;

    /// Asks them to save and stop, and waits a moment until they have.
    fn stop(&mut self);

    /// Nothing is left: waits a moment until they have seen it.
    fn end(&mut self);
}
