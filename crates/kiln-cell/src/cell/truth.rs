//! Yes and no.

/// The truth value that a text stands for.
pub fn truth(text: &str) -> Option<bool> {
    const WORDS: [(&str, bool); 8] = [
        ("true", true),
        ("false", false),
        ("yes", true),
        ("no", false),
        ("t", true),
        ("f", false),
        ("y", true),
        ("n", false),
    ];
    if text.len() > 5 {
        return None;
    }
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, truth)| *truth)
}

/// Whether these categories are a yes and a no, in which case does not count.
pub fn are_truths(known: &[String]) -> bool {
    !known.is_empty() && known.iter().all(|name| truth(name).is_some())
}

/// A category with the spelling of the `known` one from which it differs in case alone, where case does not count.
pub fn spelled<'a>(known: &'a [String], name: &'a str) -> &'a str {
    if !are_truths(known) || known.iter().any(|known| known == name) {
        return name;
    }
    known.iter().find(|known| known.eq_ignore_ascii_case(name)).map_or(name, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count_in_yes_and_no_alone() {
        let names = |names: [&str; 2]| names.map(str::to_owned);
        assert_eq!(spelled(&names(["False", "True"]), "TRUE"), "True");
        assert_eq!(spelled(&names(["False", "True"]), "yes"), "yes");
        assert_eq!(spelled(&names(["false", "False"]), "False"), "False");
        assert_eq!(spelled(&names(["cat", "dog"]), "Dog"), "Dog");
    }
}
