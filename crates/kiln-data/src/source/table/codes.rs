//! Codes of categories that are learned while a file is read, by several threads.

use super::distinct::TextMap;
use super::survey::MAX_CATEGORIES;
use crate::MISSING;

/// The categories that one thread has met, with codes in the order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Dictionary(TextMap<u32>);

/// The code of a text beyond the limit.
const BEYOND: u32 = MISSING - 1;

impl Dictionary {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The code of a text, from `first` on.
    pub(super) fn code(&mut self, text: &str, first: u32) -> u32 {
        if let Some(code) = self.0.get(text) {
            return first + *code;
        }
        if self.0.len() > MAX_CATEGORIES {
            return BEYOND;
        }
        let next = self.0.len() as u32;
        self.0.insert(text.into(), next);
        first + next
    }
}

/// Makes the codes of all threads into one, in the order of the texts, so that they do not depend on the order of rows or on
/// threads: gives the categories. `parts` are the thread and the length of the parts of `codes`. The limit, where there are more
/// categories.
pub(super) fn merge<'a>(
    dictionaries: impl Iterator<Item = &'a Dictionary> + Clone,
    by_number: bool,
    codes: &mut [u32],
    parts: &[(usize, usize)],
) -> Result<Vec<String>, usize> {
    let mut names = texts(dictionaries.clone());
    if names.len() > MAX_CATEGORIES {
        return Err(MAX_CATEGORIES);
    }
    let number = |name: &&str| name.parse::<f64>().ok();
    if by_number && names.iter().all(|name| number(name).is_some()) {
        // Stable: `1` stays before `1.0`.
        names.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()));
    }
    recode(dictionaries, &names, 0, codes, parts);
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// As [`merge`], of categories that stand behind `known` others. Where there are more than the limit, all are `others`.
pub(super) fn merge_others<'a>(
    dictionaries: impl Iterator<Item = &'a Dictionary> + Clone,
    others: &str,
    known: u32,
    codes: &mut [u32],
    parts: &[(usize, usize)],
) -> Vec<String> {
    let names = texts(dictionaries.clone());
    if names.len() > MAX_CATEGORIES {
        codes.iter_mut().filter(|code| **code >= known && **code != MISSING).for_each(|code| *code = known);
        return vec![others.to_owned()];
    }
    recode(dictionaries, &names, known, codes, parts);
    names.into_iter().map(str::to_owned).collect()
}

/// The texts of all threads, each once, in order.
fn texts<'a>(dictionaries: impl Iterator<Item = &'a Dictionary>) -> Vec<&'a str> {
    let mut texts: Vec<&str> = dictionaries.flat_map(|one| one.0.keys().map(AsRef::as_ref)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Makes codes from `first` on, as each thread has them, into places in `names` behind `first` others.
fn recode<'a>(
    dictionaries: impl Iterator<Item = &'a Dictionary>,
    names: &[&str],
    first: u32,
    codes: &mut [u32],
    parts: &[(usize, usize)],
) {
    let code_of: TextMap<u32> = names.iter().map(|name| (*name).into()).zip(first..).collect();
    let new_codes: Vec<Vec<u32>> = dictionaries
        .map(|one| {
            let mut new = vec![MISSING; one.0.len()];
            for (name, old) in &one.0 {
                new[*old as usize] = code_of[name];
            }
            new
        })
        .collect();
    let mut rest = codes;
    for (thread, length) in parts {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(*length);
        for code in part.iter_mut().filter(|code| **code >= first && **code != MISSING) {
            *code = new_codes[*thread][(*code - first) as usize];
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(texts: &[&str]) -> Dictionary {
        let mut dictionary = Dictionary::default();
        texts.iter().for_each(|text| _ = dictionary.code(text, 0));
        dictionary
    }

    #[test]
    fn codes_of_threads_become_one_by_the_order_of_texts() {
        let threads = [dictionary(&["b", "a"]), dictionary(&["c", "b"])];
        let mut codes = [0, 1, MISSING, 0, 1, 0];
        let parts = [(0, 3), (1, 2), (0, 1)];
        let names = merge(threads.iter(), false, &mut codes, &parts).unwrap();
        assert_eq!((names.join(" "), codes), ("a b c".to_owned(), [1, 0, MISSING, 2, 1, 1]));
        // The same behind two that are known.
        let mut codes = [2, 1, MISSING, 0, 3, 3];
        let names = merge_others(threads.iter(), "others", 2, &mut codes, &parts);
        assert_eq!((names.join(" "), codes), ("a b c".to_owned(), [3, 1, MISSING, 0, 3, 2]));
    }

    #[test]
    fn classes_that_are_numbers_come_in_their_own_order_as_written() {
        let names = |by_number| {
            let threads = [dictionary(&["10", "9", "1.0", "1", "-2"])];
            merge(threads.iter(), by_number, &mut [0], &[(0, 1)]).unwrap()
        };
        assert_eq!(names(true), ["-2", "1", "1.0", "9", "10"]);
        assert_eq!(names(false), ["-2", "1", "1.0", "10", "9"]);
        let mixed = merge([dictionary(&["b", "10", "9"])].iter(), true, &mut [0], &[(0, 1)]).unwrap();
        assert_eq!(mixed, ["10", "9", "b"]);
    }

    #[test]
    fn categories_have_a_limit() {
        let texts: Vec<String> = (0..=2 * MAX_CATEGORIES).map(|i| i.to_string()).collect();
        let mut many = Dictionary::default();
        texts.iter().for_each(|text| _ = many.code(text, 0));
        assert_eq!(merge([&many].into_iter(), false, &mut [], &[]), Err(MAX_CATEGORIES));
        let mut codes = [0, MISSING, 5, many.code("one more", 3)];
        assert_eq!(merge_others([&many].into_iter(), "others", 3, &mut codes, &[(0, 4)]), ["others"]);
        assert_eq!(codes, [0, MISSING, 3, 3]);
    }
}
