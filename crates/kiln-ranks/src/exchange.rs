//! What carries bytes between ranks.

use std::fmt;
use std::sync::Arc;

use crate::RanksError;

/// Carries bytes between ranks, and knows nothing of what they mean.
pub trait Exchange: Send + fmt::Debug {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// The number of ranks, at least 1.
    fn ranks(&self) -> usize;

    /// Gives each rank what `outgoing` has at its number, and comes back with what each has for this one. All ranks call it, equally
    /// often.
    ///
    /// # Errors
    /// [`RanksError`] where a rank is lost; nothing more is exchanged after that.
    fn swap(&mut self, outgoing: Vec<Arc<Vec<u8>>>) -> Result<Vec<Arc<Vec<u8>>>, RanksError>;

    /// Takes memory back that it gave, or that it was given, for what comes next. Default: it is let go.
    fn reuse(&mut self, _memory: Vec<u8>) {}

    /// Tells the others why this rank ends, so that they say it, too. What is lost on the way is no error.
    fn end(&mut self, reason: &str);
}
