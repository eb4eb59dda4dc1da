//! Which features change together.

use std::ops::Range;

/// Features of a preprocessed row that belong together: one number, or the 0s and 1s of a column of categories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureGroup {
    /// Which features.
    pub features: Range<usize>,
    /// Whether it is one number, which may be changed a little; otherwise they are 0 or 1 each.
    pub numeric: bool,
}

impl FeatureGroup {
    /// A number at a place.
    pub(super) fn number(place: usize) -> Self {
        Self { features: place..place + 1, numeric: true }
    }

    /// What is left of it where only some features are kept, which rise; `None` when nothing is.
    pub(super) fn kept(&self, kept: &[usize]) -> Option<Self> {
        let place = |end: usize| kept.partition_point(|&feature| feature < end);
        let features = place(self.features.start)..place(self.features.end);
        (!features.is_empty()).then_some(Self { features, numeric: self.numeric })
    }
}
