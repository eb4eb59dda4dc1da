//! What somebody may have meant.

/// The candidate that is most like `name`, when one is alike enough to be a typing error.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_recognised_and_a_stranger_is_not() {
        let names = ["iris", "digits", "breast-cancer"];
        assert_eq!(nearest("digit", names).as_deref(), Some("digits"));
        assert_eq!(nearest("Iris", names).as_deref(), Some("iris"));
        assert_eq!(nearest("brest_cancer", names).as_deref(), Some("breast-cancer"));
        assert_eq!(nearest("zzz", names), None);
    }
}
