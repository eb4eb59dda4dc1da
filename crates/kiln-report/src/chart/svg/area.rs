//! Where the curves are drawn.

use super::super::Axis;

/// The other margin, if no names stand there.
pub(super) const EDGE: f64 = 24.0;

/// Where the curves are drawn, and on what axes.
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) wide: f64,
    pub(super) high: f64,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Area {
    pub(super) fn x(&self, place: f64) -> f64 {
        self.left + place * self.wide
    }

    pub(super) fn y(&self, place: f64) -> f64 {
        self.top + (1.0 - place) * self.high
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.high
    }
}
