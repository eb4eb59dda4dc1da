//! Rows held out as the last of an order.

/// Takes about `share` of `rows`, the last by their times: those that stay, and those held out, both rising. Rows of one time stay
/// together, so that nothing held out is as old as what stays. `None`: all rows have one time.
pub(super) fn last(rows: Vec<usize>, times: &[f64], share: f64) -> Option<(Vec<usize>, Vec<usize>)> {
    let count = (share * rows.len() as f64).round() as usize;
    if count == 0 {
        return Some((rows, Vec::new()));
    }
    let mut order = rows;
    // The sort is stable: rows of one time keep their order.
    order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
    let time = |place: usize| times[order[place]];
    let cut = order.len() - count;
    // What comes before the rows of the time at the cut, and what comes after them.
    let start = order.partition_point(|&row| times[row] < time(cut));
    let end = order.partition_point(|&row| times[row] <= time(cut));
    let places = [cut, start, end];
    let is_edge = |place: &usize| *place > 0 && *place < order.len() && (*place == start || *place == end);
    let cut = places.into_iter().filter(is_edge).min_by_key(|place| place.abs_diff(cut))?;
    let mut held = order.split_off(cut);
    order.sort_unstable();
    held.sort_unstable();
    Some((order, held))
}

/// The same without those that stay and are not known, by `known`, when the first of the rows that are held out is.
pub(super) fn known_before(
    (mut stay, held): (Vec<usize>, Vec<usize>),
    times: &[f64],
    known: Option<&[f64]>,
) -> (Vec<usize>, Vec<usize>) {
    let first = held.iter().map(|&row| times[row]).min_by(f64::total_cmp);
    if let Some((known, first)) = known.zip(first) {
        stay.retain(|&row| known[row] <= first);
    }
    (stay, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rows_are_held_out_whatever_their_order() {
        let times = [3.0, 1.0, 5.0, 2.0, 4.0];
        assert_eq!(last((0..5).collect(), &times, 0.4), Some((vec![0, 1, 3], vec![2, 4])));
        assert_eq!(last((0..5).collect(), &times, 0.0), Some(((0..5).collect(), vec![])));
        assert_eq!(last(vec![1, 2, 3], &times, 0.3), Some((vec![1, 3], vec![2])));
    }

    #[test]
    fn rows_that_are_known_too_late_are_in_no_part() {
        let (times, known) = ([1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 5.0, 6.0, 7.0]);
        let parts = last((0..5).collect(), &times, 0.4).unwrap();
        assert_eq!(known_before(parts.clone(), &times, Some(&known)), (vec![0, 1], vec![3, 4]));
        assert_eq!(known_before(parts.clone(), &times, None), parts);
        let nothing = last((0..5).collect(), &times, 0.0).unwrap();
        assert_eq!(known_before(nothing.clone(), &times, Some(&known)), nothing);
    }

    #[test]
    fn rows_of_one_time_stay_together() {
        let times = [1.0, 1.0, 2.0, 2.0, 2.0, 3.0];
        assert_eq!(last((0..6).collect(), &times, 0.34), Some((vec![0, 1, 2, 3, 4], vec![5])));
        assert_eq!(last((0..6).collect(), &times, 0.5), Some((vec![0, 1], vec![2, 3, 4, 5])));
        assert_eq!(last((0..4).collect(), &[7.0; 4], 0.5), None);
    }
}
