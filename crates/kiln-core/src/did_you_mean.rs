//! Did you mean: the known name that a mistyped one is closest to.

/// The candidate that `word` is most likely a misspelling of.
///
/// The distance is the number of letters to insert, delete, replace or swap with their neighbour; upper and lower case
/// count as equal. Up to a third of the letters (at least one) may differ, more is another word. Of candidates at equal
/// distance the first one is taken.
///
/// ```
/// use kiln_core::nearest;
///
/// let names = ["digits", "iris", "wine"];
/// assert_eq!(nearest("digit", names).as_deref(), Some("digits"));
/// assert_eq!(nearest("cifar10", names), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = word.to_lowercase();
    let (distance, best) = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let limit = (word.chars().count().max(best.chars().count()) / 3).max(1);
    (distance <= limit).then(|| best.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_word_is_not() {
        let names = ["digits", "iris", "wine", "breast-cancer", "fashion-mnist"];
        assert_eq!(nearest("fashoin-mnist", names).as_deref(), Some("fashion-mnist"));
        assert_eq!(nearest("brest_cancer", names).as_deref(), Some("breast-cancer"));
        assert_eq!(nearest("Iris", names).as_deref(), Some("iris"));
        assert_eq!(nearest("zzz", names), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn one_letter_may_differ_in_a_short_word() {
        assert_eq!(nearest("l3", ["l1", "l2"]).as_deref(), Some("l1"));
        assert_eq!(nearest("lgo", ["log", "int"]).as_deref(), Some("log"));
        assert_eq!(nearest("ab", ["cd"]), None);
    }
}
