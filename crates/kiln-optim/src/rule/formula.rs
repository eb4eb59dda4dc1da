//! A rule as a formula, written once: on one element it is one pass over memory, on tensors it runs on any backend.

use std::ops::{Add, Div, Mul, Sub};

use burn::tensor::Tensor;

/// What a formula computes with: one element, or a whole tensor.
pub(crate) trait Value:
    Clone
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    fn root(self) -> Self;
    fn magnitude(self) -> Self;
    fn recip(self) -> Self;
    fn larger(self, other: Self) -> Self;
    /// −1, 0 or 1.
    fn signum(self) -> Self;
    /// `sign(self) · max(|self| − by, 0)`, with exact zeros.
    fn toward_zero(self, by: f64) -> Self;
    /// The same for each element, `by` not negative.
    fn toward_zero_by(self, by: Self) -> Self;

    #[inline(always)]
    fn squared(self) -> Self {
        self.clone() * self
    }

    /// `rate · self + (1 − rate) · fresh`.
    #[inline(always)]
    fn toward(self, fresh: Self, rate: f64) -> Self {
        self * rate + fresh * (1.0 - rate)
    }

    /// `self + decay · weight`: coupled decay on a gradient.
    #[inline(always)]
    fn decayed(self, weight: &Self, decay: f64) -> Self {
        // On a tensor, nothing is added for nothing.
        if decay == 0.0 { self } else { self + weight.clone() * decay }
    }

    /// `factor · self`.
    #[inline(always)]
    fn shrunk(self, factor: f64) -> Self {
        if factor == 1.0 { self } else { self * factor }
    }
}

/// One step of a rule that treats every element alike, with all that is known before it as numbers.
pub(crate) trait Formula<const S: usize>: Copy + Send + Sync {
    /// The new weight and the new kept values. Implementations say `#[inline(always)]`, without which the pass over memory
    /// is not turned into vectors.
    fn apply<V: Value>(&self, weight: V, gradient: V, kept: [V; S]) -> (V, [V; S]);
}

/// One element in memory. The constants are rounded to f32 once, as they are for a tensor.
#[derive(Clone, Copy)]
pub(crate) struct Element(pub(crate) f32);

impl Add for Element {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Element {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul for Element {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

impl Div for Element {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0)
    }
}

impl Add<f64> for Element {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        Self(self.0 + other as f32)
    }
}

impl Mul<f64> for Element {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        Self(self.0 * other as f32)
    }
}

impl Value for Element {
    #[inline(always)]
    fn root(self) -> Self {
        Self(self.0.sqrt())
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    #[inline(always)]
    fn recip(self) -> Self {
        Self(1.0 / self.0)
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(if other.0 > self.0 { other.0 } else { self.0 })
    }

    #[inline(always)]
    fn signum(self) -> Self {
        Self(f32::from(i8::from(self.0 > 0.0) - i8::from(self.0 < 0.0)))
    }

    #[inline(always)]
    fn toward_zero(self, by: f64) -> Self {
        self.toward_zero_by(Self(by as f32))
    }

    #[inline(always)]
    fn toward_zero_by(self, by: Self) -> Self {
        // What of it lies within the threshold is taken away: w − w is exactly 0, and NaN stays.
        let below = if self.0 > by.0 { by.0 } else { self.0 };
        Self(self.0 - if below < -by.0 { -by.0 } else { below })
    }
}

impl Value for Tensor<1> {
    fn root(self) -> Self {
        self.sqrt()
    }

    fn magnitude(self) -> Self {
        self.abs()
    }

    fn recip(self) -> Self {
        Tensor::recip(self)
    }

    fn larger(self, other: Self) -> Self {
        self.max_pair(other)
    }

    fn signum(self) -> Self {
        self.sign()
    }

    fn toward_zero(self, by: f64) -> Self {
        self.clone().sub(self.clamp(-by, by))
    }

    fn toward_zero_by(self, by: Self) -> Self {
        self.clone().sub(self.min_pair(by.clone()).max_pair(by.neg()))
    }

    fn squared(self) -> Self {
        self.square()
    }
}
