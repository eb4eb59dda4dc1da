//! A curve that may become long.

/// The most that is kept, beside the newest: more than a terminal has columns.
const MOST: usize = 512;

/// Points of a curve, of which there are never more than some: of a long one every second is kept, then every fourth, and so on; and the newest.
#[derive(Debug, Clone)]
pub(super) struct Thinned<T> {
    kept: Vec<T>,
    /// Where it is not kept.
    newest: Option<T>,
    every: u64,
    seen: u64,
}

impl<T> Default for Thinned<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), newest: None, every: 1, seen: 0 }
    }
}

impl<T> Thinned<T> {
    pub(super) fn push(&mut self, point: T) {
        if self.kept.len() == MOST {
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.every *= 2;
        }
        if self.seen.is_multiple_of(self.every) {
            self.kept.push(point);
            self.newest = None;
        } else {
            self.newest = Some(point);
        }
        self.seen += 1;
    }

    /// The points, the oldest first.
    pub(super) fn points(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.kept.iter().chain(&self.newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends_and_an_even_spacing() {
        let mut curve = Thinned::default();
        for x in 0..100_000 {
            curve.push(f64::from(x));
        }
        let points: Vec<f64> = curve.points().copied().collect();
        assert!(points.len() <= MOST + 1 && points.len() > MOST / 2, "{}", points.len());
        assert_eq!((points[0], points.last()), (0.0, Some(&99_999.0)));
        let gaps: Vec<f64> = points.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps[..gaps.len() - 1].iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
    }
}
