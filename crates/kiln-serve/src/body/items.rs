//! What a body holds, after preprocessing.

use kiln_experiment::predict::Prepared;

/// The items of one request, after preprocessing.
#[derive(Debug, Clone, PartialEq)]
pub struct Items {
    /// The items.
    pub prepared: Prepared,
    /// Whether they came as a list, and so are answered as one.
    pub is_list: bool,
}
