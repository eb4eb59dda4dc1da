//! Every combination, once.

use super::super::error::SearchError;
use super::super::space::{Assignment, Space};

/// The most points a grid may have.
pub const GRID_LIMIT: usize = 100_000;

/// All points of the grid, the last setting fastest. A setting whose condition does not hold makes no new points.
///
/// # Errors
/// [`SearchError::Grid`] when there are too many.
pub(in crate::search) fn points(space: &Space, points: usize) -> Result<Vec<Assignment>, SearchError> {
    let mut found = vec![Assignment::default()];
    for parameter in space.parameters() {
        if parameter.domain.count().is_some_and(|count| count > GRID_LIMIT as u64) {
            return Err(SearchError::Grid { limit: GRID_LIMIT });
        }
        let values = parameter.domain.grid(points);
        let mut next = Vec::new();
        for params in found {
            if !space.is_set(parameter, &params) {
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
