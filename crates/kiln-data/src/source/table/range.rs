//! The range of the numbers of a column, and whether they count the rows.

/// What the finite numbers of a column have in common.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    /// The least; infinite where there is no number.
    pub(crate) least: f64,
    /// The greatest; negative infinity where there is no number.
    pub(crate) greatest: f64,
    /// Whether all are whole and below 2^53 in size.
    pub(crate) whole: bool,
    count: usize,
    /// Their sum and that of their squares, while they are whole.
    sum: i128,
    squares: i128,
}

impl Default for Range {
    fn default() -> Self {
        Self { least: f64::INFINITY, greatest: f64::NEG_INFINITY, whole: true, count: 0, sum: 0, squares: 0 }
    }
}

impl Range {
    #[inline]
    pub(crate) fn add(&mut self, number: f64) {
        self.count += 1;
        self.least = self.least.min(number);
        self.greatest = self.greatest.max(number);
        if self.whole {
            let whole = number as i64;
            if whole as f64 == number && whole.unsigned_abs() < 1 << 53 {
                self.sum += i128::from(whole);
                self.squares = self.squares.wrapping_add(i128::from(whole) * i128::from(whole));
            } else {
                self.whole = false;
                (self.sum, self.squares) = (0, 0);
            }
        }
    }

    /// Adds what another thread has seen.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.whole &= other.whole;
        (self.sum, self.squares) = match self.whole {
            true => (self.sum + other.sum, self.squares.wrapping_add(other.squares)),
            false => (0, 0),
        };
    }

    /// Whether the numbers are a count of the rows in some order, as 0, 1, 2: whole, next to each other, and each once. That they
    /// have the sum and the sum of squares of such numbers is taken for it.
    pub(crate) fn is_count(&self) -> bool {
        if !self.whole || self.count < 2 || self.greatest - self.least + 1.0 != self.count as f64 {
            return false;
        }
        let (least, count) = (self.least as i128, self.count as i128);
        // With k from 0 to n - 1: the sum of (a + k), and of its square.
        let first = count * (count - 1) / 2;
        let second = (count - 1) * count * (2 * count - 1) / 6;
        let squares = count.wrapping_mul(least * least).wrapping_add(2 * least * first).wrapping_add(second);
        self.sum == count * least + first && self.squares == squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Range {
        let mut range = Range::default();
        numbers.iter().for_each(|number| range.add(*number));
        range
    }

    #[test]
    fn a_count_is_told_from_other_whole_numbers() {
        assert!(of(&[0.0, 1.0, 2.0]).is_count() && of(&[7.0, 5.0, 8.0, 6.0]).is_count());
        assert!(of(&[-1.0, 0.0, 1.0]).is_count());
        for other in [&[1.0][..], &[], &[1.0, 1.0, 3.0], &[1.0, 3.0], &[0.5, 1.5], &[0.0, 2.0, 2.0, 2.0, 4.0]]
        {
            assert!(!of(other).is_count(), "{other:?}");
        }
        let mut parts = of(&[3.0, 1.0]);
        parts.merge(&of(&[2.0]));
        assert!(parts.is_count() && parts.least == 1.0 && parts.greatest == 3.0);
    }

    #[test]
    fn whole_numbers_are_exact_ones() {
        assert!(
            of(&[1e15, -3.0]).whole
                && !of(&[1e300]).whole
                && !of(&[0.5]).whole
                && !of(&[f64::INFINITY]).whole
        );
    }
}
