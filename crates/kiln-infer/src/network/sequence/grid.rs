//! A sequence on its way through a network.

use std::fmt::Debug;

/// The numbers of a sequence, `[rows, columns]`.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) numbers: Vec<f32>,
    /// Whether there is no step: then there is one of zeros, or of the padding of ids, that does not count.
    pub(super) is_empty: bool,
}

impl Grid {
    /// Steps, `[channels, steps]`.
    pub(super) fn steps(channels: usize, numbers: &[f32]) -> Self {
        let is_empty = numbers.is_empty();
        let numbers = if is_empty { vec![0.0; channels] } else { numbers.to_vec() };
        Self { rows: channels, columns: numbers.len() / channels.max(1), numbers, is_empty }
    }

    pub(super) fn row(numbers: Vec<f32>) -> Self {
        Self { rows: 1, columns: numbers.len(), numbers, is_empty: false }
    }

    /// Other numbers, in rows of this length.
    pub(super) fn with(&self, columns: usize, numbers: Vec<f32>) -> Self {
        Self { rows: numbers.len() / columns.max(1), columns, numbers, is_empty: self.is_empty }
    }

    /// Rows as columns.
    pub(super) fn turned(&self) -> Self {
        let mut numbers = Vec::with_capacity(self.numbers.len());
        for column in 0..self.columns {
            numbers.extend((0..self.rows).map(|row| self.numbers[row * self.columns + column]));
        }
        self.with(self.rows, numbers)
    }
}

/// What is done to a sequence. Sizes were checked when it was made, for any number of steps.
pub(super) trait Part: Debug + Send + Sync {
    fn run(&self, x: Grid) -> Grid;
}

/// Parts one after the other.
pub(super) fn run(parts: &[Box<dyn Part>], x: Grid) -> Grid {
    parts.iter().fold(x, |x, part| part.run(x))
}
