//! The different texts of a column, as long as there are few.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::rows::RowPlace;
use super::sketch::Sketch;

/// A map from texts, which hashes quickly. A file that is made to have many texts of one hash costs no more than a comparison
/// with each of the few that are kept.
pub(crate) type TextMap<T> = HashMap<Box<str>, T, BuildHasherDefault<TextHasher>>;

/// The different texts of a column with how often they occur; or that there are more than are kept.
#[derive(Debug, Clone)]
pub(crate) struct Distinct {
    /// `None` once there are too many.
    texts: Option<TextMap<Seen>>,
    limit: usize,
    /// Of all texts, once there are too many.
    more: Sketch,
    /// Whether the texts of numbers are counted beyond the limit, too.
    numbers: bool,
}

/// A text that occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// In how many cells.
    pub(crate) cells: usize,
    /// In which row first.
    pub(crate) first: RowPlace,
}

impl Distinct {
    /// `numbers`: whether the texts of numbers are counted beyond the limit, too, which few columns need.
    pub(crate) fn new(limit: usize, numbers: bool) -> Self {
        Self { texts: Some(TextMap::default()), limit, more: Sketch::default(), numbers }
    }

    /// The texts in the order of their bytes; `None`: there are more than the limit.
    #[cfg(test)]
    pub(crate) fn sorted(&self) -> Option<Vec<(&str, Seen)>> {
        let mut all: Vec<_> = self.texts.as_ref()?.iter().map(|(text, seen)| (&**text, *seen)).collect();
        all.sort_unstable_by_key(|(text, _)| *text);
        Some(all)
    }

    /// How many there are; `None`: more than the limit.
    pub(crate) fn count(&self) -> Option<usize> {
        self.texts.as_ref().map(TextMap::len)
    }

    #[inline]
    pub(crate) fn add(&mut self, text: &str, place: RowPlace) {
        let Some(texts) = &mut self.texts else {
            self.more.add(hash(text));
            return;
        };
        if let Some(seen) = texts.get_mut(text) {
            seen.cells += 1;
            // A thread reads the parts of a file in their order.
            return;
        }
        if texts.len() == self.limit {
            self.stop();
            self.more.add(hash(text));
            return;
        }
        texts.insert(text.into(), Seen { cells: 1, first: place });
    }

    /// Adds what another thread has seen.
    pub(crate) fn merge(&mut self, other: Self) {
        let mut other = other;
        let (Some(texts), Some(more)) = (&mut self.texts, &mut other.texts) else {
            self.stop();
            other.stop();
            self.more.merge(&other.more);
            return;
        };
        for (text, seen) in std::mem::take(more) {
            let known = texts.entry(text).or_insert(Seen { cells: 0, ..seen });
            known.cells += seen.cells;
            known.first = known.first.min(seen.first);
        }
        if texts.len() > self.limit {
            self.stop();
        }
    }

    /// As [`Distinct::add`], of a number.
    #[inline]
    pub(crate) fn add_number(&mut self, text: &str, place: RowPlace) {
        if self.texts.is_some() || self.numbers {
            self.add(text, place);
        }
    }

    /// About how many there are; exact where they are kept. Of numbers beyond the limit only where they are counted.
    pub(crate) fn estimate(&self) -> f64 {
        self.texts.as_ref().map_or_else(|| self.more.estimate(), |texts| texts.len() as f64)
    }

    /// From here on the texts are no longer kept.
    fn stop(&mut self) {
        let Some(texts) = self.texts.take() else { return };
        texts.keys().for_each(|text| self.more.add(hash(text)));
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = TextHasher::default();
    std::hash::Hash::hash(text, &mut hasher);
    hasher.finish()
}

/// Eight bytes at a time: rotate, exclusive or, multiply, as in the hasher of rustc.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextHasher(u64);

impl TextHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for TextHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.mix(u64::from_le_bytes(*word)));
        let last = rest.iter().rev().fold(rest.len() as u64, |word, byte| word << 8 | u64::from(*byte));
        self.mix(last);
    }

    fn write_u8(&mut self, _: u8) {
        // What `str` puts at its end, so that pairs of texts differ. Here there is one, and its length counts.
    }

    fn finish(&self) -> u64 {
        // The map takes the highest and the lowest bits; multiplication leaves the lowest poor.
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(row: usize) -> RowPlace {
        RowPlace { row, line: row + 1 }
    }

    #[test]
    fn texts_are_counted_until_there_are_too_many() {
        let mut one = Distinct::new(3, false);
        for (row, text) in ["b", "a", "b", "c"].into_iter().enumerate() {
            one.add(text, at(row));
        }
        let seen = |cells, row| Seen { cells, first: at(row) };
        assert_eq!(one.sorted().unwrap(), [("a", seen(1, 1)), ("b", seen(2, 0)), ("c", seen(1, 3))]);
        let mut other = Distinct::new(3, false);
        other.add("a", at(9));
        let mut both = other.clone();
        both.merge(one.clone());
        assert_eq!(both.sorted().unwrap()[0], ("a", seen(2, 1)));
        other.add("d", at(10));
        other.merge(one.clone());
        assert_eq!(other.count(), None);
        one.add("d", at(11));
        assert_eq!(one.count(), None);
        // Counted all the same; numbers only where that is asked for.
        one.add("e", at(12));
        one.add_number("7", at(13));
        assert_eq!((one.estimate(), other.estimate()), (5.0, 4.0));
        one.merge(other);
        assert_eq!(one.estimate(), 5.0);
        let mut numbers = Distinct::new(3, true);
        (0..10).for_each(|row| numbers.add_number(&row.to_string(), at(row)));
        assert_eq!(numbers.estimate(), 10.0);
    }

    #[test]
    fn hashes_tell_texts_apart() {
        let texts: Vec<String> =
            (0..10_000).map(|i| format!("{}{i}", ["", "category-", "ä"][i % 3])).collect();
        let hashes: std::collections::BTreeSet<u64> = texts.iter().map(|text| hash(text)).collect();
        assert_eq!(hashes.len(), texts.len());
        assert_ne!(hash("a"), hash("a\0"));
    }
}
