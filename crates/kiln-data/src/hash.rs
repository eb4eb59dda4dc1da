//! The hash behind a fingerprint, which every form of inputs and kind of target feeds with its own parts.

use crate::Precision;

/// Takes in the parts of a data set one after another.
#[derive(Default)]
pub(crate) struct Hash {
    hasher: blake3::Hasher,
    precision: Precision,
}

impl Hash {
    /// A hash that takes numbers in as exactly as that.
    pub(crate) fn new(precision: Precision) -> Self {
        Self { precision, ..Self::default() }
    }

    /// The hash of all that was taken in, in hexadecimal.
    pub(crate) fn finish(self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }

    /// How exactly it takes numbers in.
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// Bytes as they are, without their length.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.hasher.update(&(length as u64).to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.hasher.update(text.as_bytes());
    }

    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.hasher.update(bytes);
    }

    /// Numbers, NaN where one is missing: all NaNs are the same.
    pub(crate) fn numbers(&mut self, numbers: &[f64]) {
        match self.precision {
            Precision::Single => {
                let bits =
                    |number: f64| if number.is_nan() { 0x7fc0_0000 } else { (number as f32).to_bits() };
                self.words(numbers.len(), numbers.iter().map(|number| bits(*number)));
            }
            Precision::Double => {
                const NAN: u64 = 0x7ff8_0000_0000_0000;
                let bits = |number: f64| if number.is_nan() { NAN } else { number.to_bits() };
                self.text("f64");
                self.length(numbers.len());
                self.blocks(numbers.iter().map(|number| bits(*number).to_le_bytes()));
            }
        }
    }

    pub(crate) fn words(&mut self, length: usize, words: impl Iterator<Item = u32>) {
        self.length(length);
        self.blocks(words.map(u32::to_le_bytes));
    }

    /// A class or a label of one row.
    pub(crate) fn word(&mut self, word: u32) {
        self.hasher.update(&word.to_le_bytes());
    }

    /// The bits of a number of one row.
    pub(crate) fn number(&mut self, number: f64) {
        match self.precision {
            Precision::Single => self.word((number as f32).to_bits()),
            Precision::Double => {
                self.hasher.update(&number.to_bits().to_le_bytes());
            }
        }
    }

    /// BLAKE3 is fast on blocks, not on a few bytes at a time.
    fn blocks<const N: usize>(&mut self, items: impl Iterator<Item = [u8; N]>) {
        const BLOCK: usize = 4096;
        let mut block = Vec::with_capacity(BLOCK);
        for item in items {
            block.extend_from_slice(&item);
            if block.len() >= BLOCK {
                self.hasher.update(&block);
                block.clear();
            }
        }
        self.hasher.update(&block);
    }
}
