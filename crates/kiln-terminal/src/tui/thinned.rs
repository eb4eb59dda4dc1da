//! A curve that may become long.

/// The most points that are kept.
const MOST: usize = 1024;

/// Points of a curve, of which there are never more than some: of a long one every second is kept, then every fourth, and so on.
#[derive(Debug, Clone)]
pub(super) struct Thinned {
    points: Vec<(f64, f64)>,
    every: u64,
    seen: u64,
}

impl Default for Thinned {
    fn default() -> Self {
        Self { points: Vec::new(), every: 1, seen: 0 }
    }
}

impl Thinned {
    pub(super) fn push(&mut self, x: f64, y: f64) {
        if self.points.len() == MOST {
            let mut place = 0;
            self.points.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.every *= 2;
        }
        if self.seen.is_multiple_of(self.every) {
            self.points.push((x, y));
        }
        self.seen += 1;
    }

    pub(super) fn points(&self) -> &[(f64, f64)] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_beginning_and_an_even_spacing() {
        let mut curve = Thinned::default();
        for x in 0..100_000 {
            curve.push(f64::from(x), 0.0);
        }
        let points = curve.points();
        assert!(points.len() <= MOST && points.len() > MOST / 2, "{}", points.len());
        assert_eq!(points[0].0, 0.0);
        let gaps: Vec<f64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
    }
}
