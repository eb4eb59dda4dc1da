//! JSON that is none, or not what a body holds.

use crate::refusal::Refusal;

/// What is wrong with JSON: 400 where it is none, 422 where it is not what a body holds.
pub(super) fn malformed(error: &serde_json::Error, wanted: &str) -> Refusal {
    if error.is_data() {
        Refusal::new(422, error.to_string(), wanted)
    } else {
        Refusal::new(400, format!("the body is not JSON: {error}"), wanted)
    }
}
