//! Categories too rare for a column of their own.

/// The places of the known categories that count less than `least`, rising.
pub(super) fn below(counts: &[f64], least: Option<usize>) -> Vec<usize> {
    let Some(least) = least else { return Vec::new() };
    (0..counts.len()).filter(|&place| counts[place] < least as f64).collect()
}

/// The feature of a known category, where those at `infrequent` have none of their own; `None` for one of them.
pub(super) fn own_feature(infrequent: &[usize], place: usize) -> Option<usize> {
    infrequent.binary_search(&place).err().map(|before| place - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_close_up() {
        let infrequent = below(&[3.0, 1.5, 2.0, 0.5, 9.0], Some(2));
        assert_eq!(infrequent, [1, 3]);
        let features: Vec<_> = (0..5).map(|place| own_feature(&infrequent, place)).collect();
        assert_eq!(features, [Some(0), None, Some(1), None, Some(2)]);
        assert!(below(&[0.5], None).is_empty());
    }
}
