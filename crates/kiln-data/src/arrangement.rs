//! What is known of the rows of a data set beside inputs and targets.

use crate::Skipped;

/// What is known of the rows of a data set beside inputs and targets: how they may be split, and where they come from. Default:
/// nothing.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Arrangement {
    /// Rows of the validation part that the source fixes, in rising order; empty when it fixes none.
    pub fixed_validation: Vec<usize>,
    /// Files that the source left out.
    pub skipped: Vec<Skipped>,
}

impl Arrangement {
    /// What a split depends on, as bytes; empty where there is nothing.
    pub(crate) fn digest(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut part = |name: &str, length: usize| {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&(length as u64).to_le_bytes());
        };
        if !self.fixed_validation.is_empty() {
            part("validation", self.fixed_validation.len());
        }
        bytes.extend(self.fixed_validation.iter().flat_map(|row| (*row as u64).to_le_bytes()));
        bytes
    }
}
