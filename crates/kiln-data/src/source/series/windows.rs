//! Windows of series, each with what comes after it.
//!
//! A window is `window` steps that the model sees, and `horizon` steps behind them that it predicts. Nothing of a window lies behind its last step, and no
//! window goes across two series.

use std::ops::Range;

use super::steps::Sequence;

/// How series are cut into windows; each number is at least 1, but for the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) window: usize,
    pub(super) horizon: usize,
    /// Steps from one window to the next.
    pub(super) stride: usize,
    /// Steps between what a training window predicts and what is held out behind it, beside those of the horizon.
    pub(super) gap: usize,
}

/// A window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    /// The places of its steps among the rows of all series, one series after another.
    pub(super) steps: Range<usize>,
    /// The time of its last step.
    pub(super) time: f64,
    /// The time at which all that it predicts is known, the gap included.
    pub(super) known: f64,
}

impl Cut {
    /// The windows of all series in the order of their times. The last one of each series ends with it. `times`: of all rows, or none, where the times
    /// are places.
    pub(super) fn windows(&self, sequences: &[Sequence], times: Option<&[f64]>) -> Vec<Window> {
        let mut all = Vec::new();
        let mut start = 0;
        for sequence in sequences {
            let own: Vec<f64> = match times {
                Some(times) => sequence.rows.iter().map(|&row| times[row]).collect(),
                None => (0..sequence.rows.len()).map(|place| place as f64).collect(),
            };
            all.extend(self.of_one(start, &own));
            start += own.len();
        }
        all.sort_by(|a, b| a.time.total_cmp(&b.time));
        all
    }

    fn of_one(&self, start: usize, times: &[f64]) -> Vec<Window> {
        let Some(latest) = times.len().checked_sub(self.horizon) else { return Vec::new() };
        // Places behind the last step of a window.
        let ends = (self.window..=latest).rev().step_by(self.stride);
        let window = |end: usize| Window {
            steps: start + end - self.window..start + end,
            time: times[end - 1],
            known: time_at(times, end - 1 + self.horizon + self.gap),
        };
        let mut windows: Vec<Window> = ends.map(window).collect();
        windows.reverse();
        windows
    }
}

/// The time of a step; behind the last one it goes on as the last two were apart.
fn time_at(times: &[f64], place: usize) -> f64 {
    let Some(&last) = times.last() else { return 0.0 };
    match times.get(place) {
        Some(time) => *time,
        None => {
            let before = times.len().checked_sub(2).map_or(last - 1.0, |place| times[place]);
            last + (place + 1 - times.len()) as f64 * (last - before)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(rows: Range<usize>) -> Sequence {
        Sequence { id: String::new(), rows: rows.collect() }
    }

    #[test]
    fn windows_see_nothing_of_what_they_predict() {
        let cut = Cut { window: 3, horizon: 2, stride: 1, gap: 0 };
        let windows = cut.windows(&[sequence(0..7)], None);
        let found: Vec<_> = windows.iter().map(|w| (w.steps.clone(), w.time, w.known)).collect();
        assert_eq!(found, [(0..3, 2.0, 4.0), (1..4, 3.0, 5.0), (2..5, 4.0, 6.0)]);
        assert!(cut.windows(&[sequence(0..4)], None).is_empty());
        assert_eq!(cut.windows(&[sequence(0..5)], None).len(), 1);
        // The last window ends with the series, whatever the stride.
        let wide = Cut { stride: 4, ..cut };
        let ends: Vec<_> = wide.windows(&[sequence(0..11)], None).iter().map(|w| w.steps.end).collect();
        assert_eq!(ends, [5, 9]);
    }

    #[test]
    fn windows_of_several_series_come_in_the_order_of_their_times() {
        let times: Vec<f64> = (0..5).map(f64::from).chain((0..5).map(|t| 0.5 + f64::from(t))).collect();
        let cut = Cut { window: 2, horizon: 1, stride: 1, gap: 1 };
        let windows = cut.windows(&[sequence(0..5), sequence(5..10)], Some(&times));
        let found: Vec<_> = windows.iter().map(|w| (w.steps.clone(), w.time, w.known)).collect();
        let first = [(0..2, 1.0, 3.0), (5..7, 1.5, 3.5), (1..3, 2.0, 4.0), (6..8, 2.5, 4.5)];
        assert_eq!(found[..4], first);
        // Behind the last step times go on.
        assert_eq!(found[4..], [(2..4, 3.0, 5.0), (7..9, 3.5, 5.5)]);
    }
}
