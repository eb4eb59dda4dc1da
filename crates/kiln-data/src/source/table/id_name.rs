//! What the name of a column tells of it.

/// Whether a column's name says that it identifies rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdName {
    /// It says so: `id`, `user_id`, `PassengerId`, `uuid`.
    Yes,
    /// It may say so: `no`, `index`, `row`, `customerid`.
    Perhaps,
    /// It does not.
    No,
}

impl IdName {
    pub(crate) fn of(name: &str) -> Self {
        const YES: [&str; 5] = ["id", "ids", "uuid", "guid", "rowid"];
        const PERHAPS: [&str; 16] = [
            "case", "idx", "index", "key", "no", "nr", "num", "number", "obs", "record", "row", "rownames",
            "rownum", "sample", "seq", "serial",
        ];
        let words = words(name);
        let is_one = |known: &[&str], word: &String| known.contains(&word.as_str());
        let ends = [words.first(), words.last()];
        if ends.into_iter().flatten().any(|word| is_one(&YES, word)) {
            return Self::Yes;
        }
        let perhaps = name.trim() == "#"
            || words.iter().any(|word| is_one(&PERHAPS, word))
            || words.first().is_some_and(|word| word == "unnamed")
            || words.last().is_some_and(|word| word.ends_with("id"));
        if perhaps { Self::Perhaps } else { Self::No }
    }
}

/// The words of a name in lower case: `user_id`, `user id`, `userId` and `UserID` are two.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let begins = !character.is_alphanumeric() || (before.is_lowercase() && character.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ids_are_known_by_their_words() {
        for name in ["id", "ID", "user_id", "PassengerId", "UserID", "id (old)", "uuid", "row id"] {
            assert_eq!(IdName::of(name), IdName::Yes, "{name}");
        }
        for name in ["no", "Index", "row_number", "#", "Unnamed: 0", "customerid", "obs", "Sample No."] {
            assert_eq!(IdName::of(name), IdName::Perhaps, "{name}");
        }
        for name in ["", "price", "idea", "area", "Ideal", "width", "noise", "rows per page", "kinds"] {
            assert_eq!(IdName::of(name), IdName::No, "{name}");
        }
    }
}
