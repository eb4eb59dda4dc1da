//! How far numbers go, and the whole numbers that they are rounded to.

use burn::tensor::TensorData;

/// The smallest and the largest number of a value, with 0 among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Range {
    pub(super) fn with(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// The ranges of what goes in and of what each operation gives. `None`: it is not followed so far, or was no number.
#[derive(Debug, Clone)]
pub(super) struct Ranges {
    pub(super) input: Option<Range>,
    /// In the order in which operations are done: those of branches before the sum that they are parts of.
    pub(super) outputs: Vec<Option<Range>>,
}

/// `x ≈ scale · (q − zero)` with q from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steps {
    pub(super) scale: f32,
    pub(super) zero: u8,
}

impl Steps {
    /// Steps from the smallest number to the largest, on which 0 is exactly a number.
    pub(super) fn of(Range { low, high }: Range) -> Self {
        let scale = (high - low) / 255.0;
        if scale < f32::MIN_POSITIVE {
            return Self { scale: 1.0, zero: 0 };
        }
        Self { scale, zero: (-low / scale).round().clamp(0.0, 255.0) as u8 }
    }
}

/// The layers of a network by how they are computed, by their paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    pub(super) whole: Vec<String>,
    pub(super) float: Vec<String>,
    /// Weights and biases as the whole numbers stand for them, by their paths.
    pub(super) constants: Vec<(String, TensorData)>,
    /// The steps that the input of the network is rounded to.
    pub(super) input: Option<Steps>,
    /// The same of what each operation gives, in the order of [`Ranges::outputs`].
    pub(super) outputs: Vec<Option<Steps>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_reach_both_ends_and_hit_zero() {
        let steps = Steps::of(Range { low: -1.0, high: 3.0 });
        let back = |q: f32| steps.scale * (q - f32::from(steps.zero));
        assert!(
            (back(0.0) + 1.0).abs() <= steps.scale / 2.0 && (back(255.0) - 3.0).abs() <= steps.scale / 2.0
        );
        assert_eq!(back(f32::from(steps.zero)), 0.0);
        assert_eq!(Steps::of(Range { low: 0.0, high: 5.1 }), Steps { scale: 0.02, zero: 0 });
        assert_eq!(Steps::of(Range { low: -2.55, high: 0.0 }).zero, 255);
        assert_eq!(Steps::of(Range { low: 0.0, high: 0.0 }), Steps { scale: 1.0, zero: 0 });
    }
}
