//! How long the step was that an optimiser just made.

use burn::tensor::Tensor;

/// The length of an update, in the sense of proximal steps: the update was `w − size · g` for a gradient `g` that has been
/// the same for as long as the optimiser remembers.
///
/// A proximal step of a penalty `R` has to be as long: `argmin_u Σ (uᵢ − wᵢ)²/(2 sizeᵢ) + R(u)`. Then, and only then, the
/// weights come to rest where `J + R` is least, whatever the optimiser (Yun, Lozano, Yang: Adaptive proximal gradient methods
/// for structured neural networks, 2021).
///
/// | optimiser | size |
/// |---|---|
/// | SGD, RMSprop with momentum | the rate times what momentum makes of a constant gradient, `1/(1 − momentum)` in the end |
/// | averaged SGD | η |
/// | Adam, AdamW, NAdam, RAdam, Adamax, Adan, RMSprop, Adagrad, Adadelta, schedule-free | the rate over what the gradient of each element is divided by |
/// | Lion, LAMB, Adafactor, Muon | none: their updates are not a multiple of the gradient |
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // One for each parameter and step; a box would buy nothing.
pub enum StepSize {
    /// The same for all elements.
    Same(f64),
    /// One for each element, positive, flat.
    Each(Tensor<1>),
}

impl StepSize {
    /// `rate / under`.
    pub(crate) fn over(rate: f64, under: Tensor<1>) -> Self {
        Self::Each(under.recip().mul_scalar(rate))
    }

    /// Multiplied by a number.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Same(size) => Self::Same(size * factor),
            // Nothing is computed for nothing.
            Self::Each(sizes) if factor == 1.0 => Self::Each(sizes),
            Self::Each(sizes) => Self::Each(sizes.mul_scalar(factor)),
        }
    }
}

/// What momentum makes of a gradient that is 1 from the first update to the update number `step`:
/// `b₁ = 1`, `b ← momentum · b + fresh`.
pub(crate) fn momentum_gain(momentum: f64, fresh: f64, step: u64) -> f64 {
    let faded = momentum.powf(step as f64 - 1.0);
    faded + fresh * (1.0 - faded) / (1.0 - momentum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_of_momentum_is_that_of_the_recursion() {
        for (momentum, fresh) in [(0.0, 1.0), (0.9, 1.0), (0.9, 0.3), (0.99, 1.0)] {
            let mut gain = 1.0;
            for step in 1..200 {
                assert!((momentum_gain(momentum, fresh, step) - gain).abs() < 1e-10, "{momentum} {step}");
                gain = momentum * gain + fresh;
            }
        }
    }
}
