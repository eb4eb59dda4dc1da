//! Cells that are remembered for messages.

use super::rows::RowPlace;

/// A cell that is remembered for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) place: RowPlace,
    /// Its text, cut where it is long.
    pub(crate) text: String,
}

impl Spot {
    pub(super) fn new(text: &str, place: RowPlace) -> Self {
        Self { place, text: shown(text) }
    }
}

/// Remembers the first cell. A thread reads the parts of a file in their order.
#[inline]
pub(super) fn keep(spot: &mut Option<Spot>, text: &str, place: RowPlace) {
    if spot.is_none() {
        *spot = Some(Spot::new(text, place));
    }
}

/// The earlier of two.
pub(super) fn first(spot: &mut Option<Spot>, other: Option<Spot>) {
    if other.as_ref().is_some_and(|other| spot.as_ref().is_none_or(|spot| other.place < spot.place)) {
        *spot = other;
    }
}

/// The text for a message, cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
