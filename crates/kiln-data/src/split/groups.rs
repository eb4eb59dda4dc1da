//! Rows held out as whole groups.

use kiln_core::Seed;

/// Takes about `share` of `rows`, which rise, as whole groups in a random order: those that stay, and those held out, both
/// rising. A group at least is taken, and one stays. `None`: there are not two.
pub(super) fn whole(
    rows: Vec<usize>,
    groups: &[u32],
    share: f64,
    seed: Seed,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let wanted = (share * rows.len() as f64).round() as usize;
    if wanted == 0 {
        return Some((rows, Vec::new()));
    }
    let mut names: Vec<u32> = rows.iter().map(|&row| groups[row]).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return None;
    }
    let group = |row: usize| names.partition_point(|name| *name < groups[row]);
    let mut sizes = vec![0usize; names.len()];
    rows.iter().for_each(|&row| sizes[group(row)] += 1);
    let (mut held, mut taken, mut left) = (vec![false; names.len()], 0, names.len());
    let order = seed.permutation(names.len());
    for &group in &order {
        // Taken where that brings the number nearer to the one that is wanted.
        if left > 1 && (taken + sizes[group]).abs_diff(wanted) < wanted.abs_diff(taken) {
            held[group] = true;
            taken += sizes[group];
            left -= 1;
        }
    }
    if taken == 0
        && let Some(&smallest) = order.iter().min_by_key(|&&group| sizes[group])
    {
        held[smallest] = true;
    }
    Some(rows.into_iter().partition(|&row| !held[group(row)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_taken_whole_and_about_as_many_rows_as_wanted() {
        let groups: Vec<u32> = (0..200).map(|row| (row * row) % 23).collect();
        for seed in 0..50 {
            let (stay, held) = whole((0..200).collect(), &groups, 0.25, Seed::new(seed)).unwrap();
            assert_eq!(stay.len() + held.len(), 200);
            assert!(stay.iter().all(|&a| held.iter().all(|&b| groups[a] != groups[b])));
            assert!(held.len().abs_diff(50) <= 10, "{}", held.len());
        }
    }

    #[test]
    fn one_group_is_taken_and_one_stays() {
        let groups = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        for seed in 0..10 {
            let (stay, held) = whole((0..10).collect(), &groups, 0.2, Seed::new(seed)).unwrap();
            assert_eq!((stay.len(), held), (9, vec![9]));
        }
        assert_eq!(whole((0..9).collect(), &groups, 0.2, Seed::new(0)), None);
        let two = whole(vec![0, 9], &groups, 0.9, Seed::new(0)).unwrap();
        assert_eq!((two.0.len(), two.1.len()), (1, 1));
    }
}
