//! The hash behind a fingerprint, which every form of inputs and kind of target feeds with its own parts.

/// Takes in the parts of a data set one after another.
#[derive(Default)]
pub(crate) struct Hash(blake3::Hasher);

impl Hash {
    /// The hash of all that was taken in, in hexadecimal.
    pub(crate) fn finish(self) -> String {
        self.0.finalize().to_hex().to_string()
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.0.update(&(length as u64).to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text.as_bytes());
    }

    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    pub(crate) fn floats(&mut self, values: &[f32]) {
        const NAN: u32 = 0x7fc0_0000;
        self.words(values.len(), values.iter().map(|v| if v.is_nan() { NAN } else { v.to_bits() }));
    }

    pub(crate) fn words(&mut self, length: usize, words: impl Iterator<Item = u32>) {
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
