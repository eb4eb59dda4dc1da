//! What points look like.

use super::super::style::COLOURS;

/// Whether points are rings: every second of the scattered series, so that grey tells them apart.
pub(super) fn is_hollow(before: usize) -> bool {
    !before.is_multiple_of(2)
}

/// What a point looks like.
pub(super) fn look(number: usize, is_hollow: bool) -> String {
    let class = number % COLOURS;
    match is_hollow {
        true => format!("class=\"c{class}\" fill=\"none\" stroke-width=\"1.3\""),
        false => format!("class=\"c{class} band\""),
    }
}
