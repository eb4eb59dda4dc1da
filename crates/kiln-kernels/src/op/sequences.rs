//! How rows are divided into sequences.

use std::ops::Range;
use std::sync::Arc;

/// The sequences that rows of tokens belong to: where each begins and ends. Rows of no sequence are padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    /// Without those that are empty.
    spans: Arc<[Range<usize>]>,
    rows: usize,
}

impl Sequences {
    /// Sequences one after another, without padding: `Σ lengths` rows.
    ///
    /// ```
    /// use kiln_kernels::Sequences;
    ///
    /// let packed = Sequences::packed(&[2, 0, 3]);
    /// assert_eq!((packed.rows(), packed.spans()), (5, &[0..2, 2..5][..]));
    /// let padded = Sequences::padded(&[2, 0, 3], 4);
    /// assert_eq!((padded.rows(), padded.spans()), (12, &[0..2, 8..11][..]));
    /// ```
    pub fn packed(lengths: &[usize]) -> Self {
        let mut rows = 0;
        let spans = lengths.iter().map(|&length| {
            rows += length;
            rows - length..rows
        });
        Self { spans: spans.filter(|span| !span.is_empty()).collect(), rows: lengths.iter().sum() }
    }

    /// Item `i` has `steps` rows from `i · steps` on, of which the first `lengths[i]` are its sequence.
    ///
    /// # Panics
    /// When a length is above `steps`.
    pub fn padded(lengths: &[usize], steps: usize) -> Self {
        let span = |(item, &length): (usize, &usize)| {
            assert!(length <= steps, "sequences: {length} tokens in {steps} steps");
            item * steps..item * steps + length
        };
        let spans = lengths.iter().enumerate().map(span).filter(|span| !span.is_empty());
        Self { spans: spans.collect(), rows: lengths.len() * steps }
    }

    /// Rows, with those of padding.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows of each sequence that is not empty, rising.
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    #[cfg(feature = "flex")]
    pub(crate) fn shared(&self) -> Arc<[Range<usize>]> {
        self.spans.clone()
    }

    /// The length of the longest.
    pub(crate) fn longest(&self) -> usize {
        self.spans.iter().map(|span| span.len()).max().unwrap_or(0)
    }

    /// Whether all have the same length and no row is padding.
    pub(crate) fn is_even(&self) -> bool {
        let longest = self.longest();
        self.spans.iter().all(|span| span.len() == longest) && self.spans.len() * longest == self.rows
    }
}
