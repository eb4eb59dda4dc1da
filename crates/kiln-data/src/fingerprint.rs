//! What tells one data set from another: the hash of its contents.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::{Features, Precision, Target};

/// BLAKE3 of the contents of a data set, in hexadecimal. Two data sets with the same fingerprint train the same model.
/// A run keeps the fingerprint of its data. Resume and evaluation compare it with the data they find.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of these contents, in this order; every length and number is little-endian:
    ///
    /// 1. `kiln-data 1`;
    /// 2. the name of the form of the inputs and what the form has: `images`, the shape (3 × u64) and the pixels, or of files that
    ///    are decoded when they are asked for `files` and BLAKE3 of their lengths, blocks and decoding (see below); or
    ///    `table`, the number of columns (u64) and for each its name, then `n` and the cells as numbers, or `c`, the
    ///    categories and the codes (u32);
    /// 3. the name of the kind of the target and what the kind has: `classes`, the names and the labels (u32); or `values`,
    ///    the names and the numbers;
    /// 4. the fixed test rows (u64);
    /// 5. where there are weights, `weights` and the numbers.
    ///
    /// Files of images that are not held would take minutes to read. Of each its length (u64) counts, and BLAKE3 of its first
    /// 4096 bytes, the 4096 in the middle and the last; of BMP, TIFF and files of up to 12,288 bytes that of all of it. Names and times do
    /// not count, so that a folder that was copied or renamed keeps its fingerprint.
    ///
    /// Texts and lists go in with their length (u64) before them, numbers as `f64` and a list (f64, every NaN as
    /// 0x7ff8000000000000). The name of the set is left out, so that a renamed file keeps its fingerprint.
    ///
    /// An older kiln took numbers in as a list alone (f32, every NaN as 0x7fc00000):
    /// [`Dataset::precision_of`](crate::Dataset::precision_of) knows both.
    pub fn of(features: &Features, target: &Target, fixed_test: &[usize], weights: Option<&[f64]>) -> Self {
        Self::taken_in(Precision::Double, features, target, fixed_test, weights)
    }

    /// As [`Fingerprint::of`], with the numbers as exact as that.
    pub(crate) fn taken_in(
        precision: Precision,
        features: &Features,
        target: &Target,
        fixed_test: &[usize],
        weights: Option<&[f64]>,
    ) -> Self {
        let mut hash = Hash::new(precision);
        hash.text("kiln-data 1");
        features.fingerprint(&mut hash);
        target.fingerprint(&mut hash);
        hash.length(fixed_test.len());
        fixed_test.iter().for_each(|&row| hash.length(row));
        if let Some(weights) = weights {
            hash.text("weights");
            hash.numbers(weights);
        }
        Self(hash.finish())
    }

    /// Of the bytes of some parts, each with its length (u64, little-endian) before it: for a
    /// [`Source`](crate::Source) of your own.
    ///
    /// ```
    /// use kiln_data::Fingerprint;
    ///
    /// let of = |seed: u64| Fingerprint::of_parts([b"points".as_slice(), &seed.to_le_bytes()]);
    /// assert_eq!(of(1), of(1));
    /// assert_ne!(of(1), of(2));
    /// ```
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Hash::default();
        parts.into_iter().for_each(|part| hash.bytes(part));
        Self(hash.finish())
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Fingerprint {
    fn from(digits: String) -> Self {
        Self(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Images, Tokens, Values};

    fn fingerprint(features: &Features, target: &Target, fixed_test: &[usize]) -> Fingerprint {
        Fingerprint::of(features, target, fixed_test, None)
    }

    fn target() -> Target {
        Target::Classes { labels: vec![0, 1], names: vec!["a".into(), "b".into()] }
    }

    #[test]
    fn the_fingerprint_is_pinned() {
        // Python, package blake3: n = lambda x: struct.pack("<Q", x); t = lambda s: n(len(s)) + s.encode()
        // blake3(t("kiln-data 1") + t("images") + n(1) * 3 + n(2) + bytes([1, 2]) + t("classes") + n(2) + t("a")
        //        + t("b") + n(2) + struct.pack("<2I", 0, 1) + n(1) + n(1)).hexdigest()
        let images = Features::Images(Images::new(vec![1, 2], [1, 1, 1]));
        assert_eq!(
            fingerprint(&images, &target(), &[1]).as_str(),
            "f311391e911e32630bbadcedd66301aabc39abc8c3e9b93ade2600c88f3069fa"
        );
    }

    #[test]
    fn every_part_counts() {
        let column = |name: &str, values| Features::Table(vec![Column { name: name.into(), values }]);
        let numbers = |v: &[f64]| Values::Numeric(v.to_vec());
        let base = fingerprint(&column("x", numbers(&[1.0, f64::NAN])), &target(), &[]);
        let negative_nan = f64::from_bits(0xfff8_0000_0000_0001);
        assert_eq!(base, fingerprint(&column("x", numbers(&[1.0, negative_nan])), &target(), &[]));
        let regression = Target::Values { values: vec![0.0, 1.0], names: vec!["a".into()] };
        let categories = Values::Categorical { codes: vec![0, 0], names: vec!["x".into()] };
        let others = [
            // The same in f32.
            fingerprint(&column("x", numbers(&[1.0 + f64::EPSILON, f64::NAN])), &target(), &[]),
            fingerprint(&column("y", numbers(&[1.0, f64::NAN])), &target(), &[]),
            fingerprint(&column("x", numbers(&[1.0, 0.0])), &target(), &[]),
            fingerprint(&column("x", numbers(&[1.0, f64::NAN])), &target(), &[1]),
            fingerprint(&column("x", numbers(&[1.0, f64::NAN])), &regression, &[]),
            fingerprint(&column("x", categories), &target(), &[]),
            Fingerprint::of(&column("x", numbers(&[1.0, f64::NAN])), &target(), &[], Some(&[1.0, 1.0])),
        ];
        for other in &others {
            assert_ne!(&base, other);
        }
    }

    #[test]
    fn numbers_are_pinned_in_both_precisions() {
        let cells = Values::Numeric(vec![1.5, f64::NAN, 1.7e9 + 1.0]);
        let table = Features::Table(vec![Column { name: "x".into(), values: cells }]);
        let values = Target::Values { values: vec![0.1, -0.0, 3.0], names: vec!["y".into()] };
        let of = |precision| Fingerprint::taken_in(precision, &table, &values, &[2], Some(&[1.0, 0.0, 0.25]));
        // Python, package blake3, with n and t as above; of f64:
        // p = lambda v, nan: b"".join(nan if x != x else struct.pack("<d", x) for x in v)
        // f = lambda v: t("f64") + n(len(v)) + p(v, struct.pack("<Q", 0x7ff8000000000000))
        // blake3(t("kiln-data 1") + t("table") + n(1) + t("x") + t("n") + f([1.5, nan, 1.7e9 + 1]) + t("values") + n(1) + t("y")
        //        + f([0.1, -0.0, 3]) + n(1) + n(2) + t("weights") + f([1, 0, 0.25])).hexdigest()
        assert_eq!(
            of(Precision::Double).as_str(),
            "691bbeedf2aeaddeeda69b3e89a0ab040c933a9ce67fe2e31096d4f50b4875d6"
        );
        // Of f32, as kiln 0.1.0: f = lambda v: n(len(v)) + p(v, struct.pack("<I", 0x7fc00000)) with "<f" in p.
        assert_eq!(
            of(Precision::Single).as_str(),
            "cda2eddd879512111df6db338d663c036c4f77af2a6e3b46a38ecfb0e2a00ff8"
        );
    }

    #[test]
    fn every_part_of_token_sequences_counts() {
        let of = |tokens| fingerprint(&Features::Tokens(tokens), &target(), &[]);
        let base = of(Tokens::new(9, [vec![1, 2], vec![3]]));
        assert_eq!(base, of(Tokens::new(9, [vec![1, 2], vec![3]])));
        assert_ne!(base, of(Tokens::new(9, [vec![1], vec![2, 3]])));
        assert_ne!(base, of(Tokens::new(8, [vec![1, 2], vec![3]])));
        assert_ne!(base, of(Tokens::new(9, [vec![1, 2], vec![4]])));
    }

    #[test]
    fn a_stored_fingerprint_is_its_digits() {
        let features = Features::Images(Images::new(vec![1, 2], [1, 1, 1]));
        let data = crate::Dataset::new("spots", features, target());
        let stored = serde_json::to_string(&data.fingerprint).unwrap();
        assert_eq!(stored, format!("\"{}\"", data.fingerprint));
        let known: Fingerprint = serde_json::from_str(&stored).unwrap();
        assert_eq!(known, data.fingerprint);
    }
}
