//! Names of folders.

/// `text` as part of a file name: lower-case letters, digits and single dashes, at most 40 of them.
///
/// ```
/// assert_eq!(kiln_experiment::run::slug("My Run / No. 3"), "my-run-no-3");
/// ```
pub fn slug(text: &str) -> String {
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
    fn a_slug_is_safe_in_a_file_name() {
        assert_eq!(slug("My Run / No. 3"), "my-run-no-3");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("äöü"), "run");
        assert_eq!(slug(&"a".repeat(100)).len(), 40);
    }
}
