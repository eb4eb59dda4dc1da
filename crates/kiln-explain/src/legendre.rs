//! The nodes and weights of Gauss and Legendre's quadrature.

/// `count` places in (0, 1), rising, with their weights, which sum to 1. Polynomials up to degree 2 · count − 1 are integrated exactly.
pub(crate) fn nodes(count: usize) -> Vec<(f64, f64)> {
    let node = |index: usize| {
        // Tricomi's guess of the root, and Newton's steps to it.
        let mut x = -(std::f64::consts::PI * (index as f64 + 0.75) / (count as f64 + 0.5)).cos();
        for _ in 0..100 {
            let (value, slope) = polynomial(count, x);
            let step = value / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        let (_, slope) = polynomial(count, x);
        ((x + 1.0) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(node).collect()
}

/// Legendre's polynomial of a degree of at least 1, and its slope, inside (−1, 1).
fn polynomial(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for count in [1, 2, 7, 50] {
            let nodes = nodes(count);
            assert!(nodes.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for degree in [0, 1, 2 * count - 1] {
                let sum: f64 = nodes.iter().map(|(x, weight)| weight * x.powi(degree as i32)).sum();
                assert!((sum - 1.0 / (degree as f64 + 1.0)).abs() < 1e-13, "{count} {degree}: {sum}");
            }
        }
    }
}
