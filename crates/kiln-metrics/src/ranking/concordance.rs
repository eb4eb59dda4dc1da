//! The concordance index of predicted times with censoring.

use crate::{MetricError, check};

/// Harrell's concordance index, as lifelines' `concordance_index`: the share of comparable pairs that are ordered right, equal
/// predictions counted half. Larger is better; 0.5 is chance. O(n log n).
///
/// `times` are those of an event or of the last observation, `predicted` is larger the later the event is expected (turn the
/// sign of a risk). `events`: whether the event was observed, `None`: always. Two items are comparable when the event of the
/// earlier one was observed; at the same time, when that of one of them was.
///
/// # Errors
/// No items, lists that differ in length, a number that is not finite, [`MetricError::Undefined`] without a comparable pair.
///
/// ```
/// use kiln_metrics::concordance_index;
///
/// assert_eq!(concordance_index(&[1.0, 2.0, 3.0], &[10.0, 30.0, 20.0], None)?, 2.0 / 3.0);
/// // What comes after the second, whose event was not seen, is not known.
/// assert_eq!(concordance_index(&[1.0, 2.0, 3.0], &[10.0, 30.0, 20.0], Some(&[true, false, true]))?, 1.0);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn concordance_index(
    times: &[f64],
    predicted: &[f64],
    events: Option<&[bool]>,
) -> Result<f64, MetricError> {
    let items = check::same_length(times, "predicted", predicted)?;
    if let Some(events) = events {
        check::same_length(times, "events", events)?;
    }
    check::finite("times", times)?;
    check::finite("predicted", predicted)?;
    let observed = |item: usize| events.is_none_or(|events| events[item]);

    let mut values = predicted.to_vec();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let rank = |item: usize| values.partition_point(|&value| value < predicted[item]);

    let mut latest_first: Vec<usize> = (0..items).collect();
    latest_first.sort_by(|&a, &b| times[b].total_cmp(&times[a]));
    // The predictions of items that outlive the event looked at.
    let mut later = Tally::new(values.len());
    let (mut right, mut tied, mut pairs) = (0, 0, 0);
    for at_once in latest_first.chunk_by(|&a, &b| times[a] == times[b]) {
        for &item in at_once.iter().filter(|&&item| !observed(item)) {
            later.add(rank(item));
        }
        for &item in at_once.iter().filter(|&&item| observed(item)) {
            let (below, up_to) = (later.below(rank(item)), later.below(rank(item) + 1));
            right += later.total - up_to;
            tied += up_to - below;
            pairs += later.total;
        }
        for &item in at_once.iter().filter(|&&item| observed(item)) {
            later.add(rank(item));
        }
    }
    if pairs == 0 {
        let why = "no two items are comparable";
        return Err(MetricError::Undefined { metric: "the concordance index", why });
    }
    Ok((right as f64 + 0.5 * tied as f64) / pairs as f64)
}

/// How many were added by rank (Fenwick's tree): both operations are O(log n).
struct Tally {
    tree: Vec<u64>,
    total: u64,
}

impl Tally {
    fn new(ranks: usize) -> Self {
        Self { tree: vec![0; ranks + 1], total: 0 }
    }

    fn add(&mut self, rank: usize) {
        self.total += 1;
        let mut at = rank + 1;
        while let Some(count) = self.tree.get_mut(at) {
            *count += 1;
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a rank below `rank`.
    fn below(&self, rank: usize) -> u64 {
        let (mut at, mut sum) = (rank, 0);
        while at > 0 {
            sum += self.tree[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}
