//! Where a path goes on: below its smallest strength, while that is the best.

/// Decades that a path goes on by at most, where its best is at its end.
pub(super) const DECADES: usize = 3;
/// A gain of so many standard errors is none, and the path goes no further.
pub(super) const NOTHING: f64 = 0.01;

/// The strengths, which fall, and those of a decade more in the steps that they have; `None` of fewer than two.
pub(super) fn longer(lambdas: &[f64]) -> Option<Vec<f64>> {
    let [.., above, last] = lambdas[..] else { return None };
    let step = last / above;
    // Of a coarse path one step is more than a decade.
    let more = (0.1_f64.ln() / step.ln()).round().max(1.0) as i32;
    Some(lambdas.iter().copied().chain((1..=more).map(|steps| last * step.powi(steps))).collect())
}

#[cfg(test)]
mod tests {
    use super::longer;

    #[test]
    fn a_decade_is_added_in_the_steps_that_are_there() {
        let found = longer(&[1.0, 0.5, 0.25]).unwrap();
        // Three halves are nearest to a tenth.
        assert_eq!(found, [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
        assert_eq!(longer(&[1.0, 1e-3]).unwrap().len(), 3);
        assert_eq!(longer(&[1.0]), None);
    }
}
