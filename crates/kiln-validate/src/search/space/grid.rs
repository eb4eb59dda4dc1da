//! Every combination, once.

use super::{Assignment, Space};
use crate::search::SearchError;

/// The most points a grid may have.
pub const GRID_LIMIT: usize = 100_000;

impl Space {
    /// Every combination once, the last setting fastest: all values where they can be counted on a linear scale, else at
    /// most `points`, evenly spaced on the scale of the domain, with both ends.
    ///
    /// # Errors
    /// [`SearchError::Grid`] for more than [`GRID_LIMIT`] combinations.
    pub fn grid(&self, points: usize) -> Result<Vec<Assignment>, SearchError> {
        let mut found = vec![Assignment::default()];
        for parameter in self.parameters() {
            if parameter.domain.count().is_some_and(|count| count > GRID_LIMIT as u64) {
                return Err(SearchError::Grid { limit: GRID_LIMIT });
            }
            let values = parameter.domain.grid(points);
            let mut next = Vec::new();
            for params in found {
                if !self.is_set(parameter, &params) {
                    next.push(params);
                    continue;
                }
                for value in &values {
                    let mut params = params.clone();
                    params.set(&parameter.name, value.clone());
                    next.push(params);
                }
                if next.len() > GRID_LIMIT {
                    return Err(SearchError::Grid { limit: GRID_LIMIT });
                }
            }
            found = next;
        }
        Ok(found)
    }
}
