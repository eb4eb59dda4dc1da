//! The hash of a data set's contents.

use crate::{Features, Target, Values};

/// BLAKE3 over the contents in this order; every length and number is little-endian:
///
/// 1. `kiln-data 1`;
/// 2. `images`, the shape (3 × u64) and the pixels; or `table`, the number of columns (u64) and for each its name,
///    then `n` and the cells (f32, every NaN as 0x7fc00000), or `c`, the categories and the codes (u32);
/// 3. `classes`, the names and the labels (u32); or `values`, the names and the numbers (f32);
/// 4. the fixed test rows (u64);
/// 5. where there are weights, `weights` and the numbers (f32).
///
/// Texts and lists go in with their length (u64) before them. The name of the set is left out, so that a renamed
/// file keeps its fingerprint.
pub(crate) fn fingerprint(
    features: &Features,
    target: &Target,
    fixed_test: &[usize],
    weights: Option<&[f32]>,
) -> String {
    let mut hash = Hash(blake3::Hasher::new());
    hash.text("kiln-data 1");
    match features {
        Features::Images(images) => {
            hash.text("images");
            images.shape.iter().for_each(|&dim| hash.length(dim));
            hash.length(images.pixels.len());
            hash.0.update(&images.pixels);
        }
        Features::Table(columns) => {
            hash.text("table");
            hash.length(columns.len());
            for column in columns {
                hash.text(&column.name);
                match &column.values {
                    Values::Numeric(values) => {
                        hash.text("n");
                        hash.floats(values);
                    }
                    Values::Categorical { codes, names } => {
                        hash.text("c");
                        hash.texts(names);
                        hash.words(codes.len(), codes.iter().copied());
                    }
                }
            }
        }
    }
    match target {
        Target::Classes { labels, names } => {
            hash.text("classes");
            hash.texts(names);
            hash.words(labels.len(), labels.iter().copied());
        }
        Target::Values { values, names } => {
            hash.text("values");
            hash.texts(names);
            hash.floats(values);
        }
    }
    hash.length(fixed_test.len());
    fixed_test.iter().for_each(|&row| hash.length(row));
    if let Some(weights) = weights {
        hash.text("weights");
        hash.floats(weights);
    }
    hash.0.finalize().to_hex().to_string()
}

struct Hash(blake3::Hasher);

impl Hash {
    fn length(&mut self, length: usize) {
        self.0.update(&(length as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn floats(&mut self, values: &[f32]) {
        const NAN: u32 = 0x7fc0_0000;
        self.words(values.len(), values.iter().map(|v| if v.is_nan() { NAN } else { v.to_bits() }));
    }

    fn words(&mut self, length: usize, words: impl Iterator<Item = u32>) {
        self.length(length);
        // BLAKE3 is fast on blocks, not on four bytes at a time.
        let mut block = Vec::with_capacity(4096);
        for word in words {
            block.extend_from_slice(&word.to_le_bytes());
            if block.len() == 4096 {
                self.0.update(&block);
                block.clear();
            }
        }
        self.0.update(&block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Images};

    fn fingerprint(features: &Features, target: &Target, fixed_test: &[usize]) -> String {
        super::fingerprint(features, target, fixed_test, None)
    }

    fn target() -> Target {
        Target::Classes { labels: vec![0, 1], names: vec!["a".into(), "b".into()] }
    }

    #[test]
    fn the_fingerprint_is_pinned() {
        // Python, package blake3: n = lambda x: struct.pack("<Q", x); t = lambda s: n(len(s)) + s.encode()
        // blake3(t("kiln-data 1") + t("images") + n(1) * 3 + n(2) + bytes([1, 2]) + t("classes") + n(2) + t("a")
        //        + t("b") + n(2) + struct.pack("<2I", 0, 1) + n(1) + n(1)).hexdigest()
        let images = Features::Images(Images { pixels: vec![1, 2], shape: [1, 1, 1] });
        assert_eq!(
            fingerprint(&images, &target(), &[1]),
            "f311391e911e32630bbadcedd66301aabc39abc8c3e9b93ade2600c88f3069fa"
        );
    }

    #[test]
    fn every_part_counts() {
        let column = |name: &str, values| Features::Table(vec![Column { name: name.into(), values }]);
        let numbers = |v: &[f32]| Values::Numeric(v.to_vec());
        let base = fingerprint(&column("x", numbers(&[1.0, f32::NAN])), &target(), &[]);
        let negative_nan = f32::from_bits(0xffc0_0001);
        assert_eq!(base, fingerprint(&column("x", numbers(&[1.0, negative_nan])), &target(), &[]));
        let regression = Target::Values { values: vec![0.0, 1.0], names: vec!["a".into()] };
        let categories = Values::Categorical { codes: vec![0, 0], names: vec!["x".into()] };
        let others = [
            fingerprint(&column("y", numbers(&[1.0, f32::NAN])), &target(), &[]),
            fingerprint(&column("x", numbers(&[1.0, 0.0])), &target(), &[]),
            fingerprint(&column("x", numbers(&[1.0, f32::NAN])), &target(), &[1]),
            fingerprint(&column("x", numbers(&[1.0, f32::NAN])), &regression, &[]),
            fingerprint(&column("x", categories), &target(), &[]),
            super::fingerprint(&column("x", numbers(&[1.0, f32::NAN])), &target(), &[], Some(&[1.0, 1.0])),
        ];
        for other in &others {
            assert_ne!(&base, other);
        }
    }
}
