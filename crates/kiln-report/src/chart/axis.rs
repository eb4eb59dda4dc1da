//! From values to places on an axis.

use super::ticks::{decades, linear, whole};

/// An axis from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    log: bool,
    /// Whether nothing lies between two whole numbers, as with epochs and folds.
    whole: bool,
}

impl Axis {
    /// The axis that holds all values; from 0 to 1 for none, and around the value for a single one.
    pub(super) fn over(values: impl Iterator<Item = f64>, log: bool) -> Self {
        let (low, high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low > high { (if log { 0.1 } else { 0.0 }, 1.0) } else { (low, high) };
        match (low == high, log) {
            (false, _) => Self { low, high, log, whole: false },
            (true, true) => Self { low: low / 2.0, high: high * 2.0, log, whole: false },
            (true, false) => {
                let room = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
                Self { low: low - room, high: high + room, log, whole: false }
            }
        }
    }

    /// The axis with labels at whole numbers alone, where all its values are such. From 0 to 1 there are shares.
    pub(super) fn for_whole(self, mut values: impl Iterator<Item = f64>) -> Self {
        let is_share = (self.low, self.high) == (0.0, 1.0);
        Self { whole: !self.log && !is_share && values.all(|value| value.fract() == 0.0), ..self }
    }

    /// The axis with room at both ends, as a part of its length.
    pub(super) fn with_room(self, room: f64) -> Self {
        if self.log {
            let room = (room * (self.high.ln() - self.low.ln())).exp();
            return Self { low: self.low / room, high: self.high * room, ..self };
        }
        let room = room * (self.high - self.low);
        Self { low: self.low - room, high: self.high + room, ..self }
    }

    /// Where a value lies, from 0 to 1; `None` for what the axis cannot hold.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let place = if self.log {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        place.is_finite().then_some(place).filter(|place| (-1e-9..=1.0 + 1e-9).contains(place))
    }

    /// As [`Axis::place`] of a linear axis, for curves that are cut off at its ends: up to ten lengths beyond them.
    pub(super) fn beyond(&self, value: f64) -> Option<f64> {
        let place = (value - self.low) / (self.high - self.low);
        value.is_finite().then_some(place.clamp(-10.0, 10.0))
    }

    /// Round values, rising: the place and the label of each. About `wanted`, at least 2 as long as the axis has a length.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let decades = if self.log { decades(self.low, self.high, wanted) } else { Vec::new() };
        let labelled = match (decades.is_empty(), self.whole) {
            (false, _) => decades,
            (true, false) => linear(self.low, self.high, wanted),
            (true, true) => whole(self.low, self.high, wanted),
        };
        labelled.into_iter().filter_map(|(value, label)| Some((self.place(value)?, label))).collect()
    }
}
