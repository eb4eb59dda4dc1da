//! Words for people: near misses, lists, slugs.

/// The candidate that `word` is most likely a misspelling of.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let best = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    // A third of the letters wrong is a slip, more is another word.
    let limit = (word.chars().count().max(best.1.chars().count()) / 3).max(1);
    (best.0 <= limit).then(|| best.1.to_owned())
}

/// `text` as part of a file name: lower-case letters, digits and single dashes, at most 40 of them.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "run".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_another_word_is_not() {
        let names = ["digits", "iris", "wine", "fashion-mnist"];
        assert_eq!(nearest("digit", names).as_deref(), Some("digits"));
        assert_eq!(nearest("fashoin-mnist", names).as_deref(), Some("fashion-mnist"));
        assert_eq!(nearest("cifar10", names), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn a_slug_is_safe_in_a_file_name() {
        assert_eq!(slug("My Run / No. 3"), "my-run-no-3");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("äöü"), "run");
        assert_eq!(slug(&"a".repeat(100)).len(), 40);
    }
}
