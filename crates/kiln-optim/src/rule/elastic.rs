//! Penalties that an update takes along: on each element by itself, so that they cost no pass of their own.

use super::formula::{Formula, Value};

/// `l1 · Σ |w| + l2/2 · Σ w²`: the gradient `l1 · sign(w) + l2 · w`, and the proximal step that moves `w` towards 0 by `size · l1`,
/// where it stops, and then divides it by `1 + size · l2`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Elastic {
    /// λ of `|w|`, at least 0.
    pub l1: f64,
    /// λ of `w²/2`, at least 0.
    pub l2: f64,
}

impl Elastic {
    /// Whether there is no penalty.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// The sum of both penalties.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { l1: self.l1 + other.l1, l2: self.l2 + other.l2 }
    }

    /// A share of it.
    #[must_use]
    pub fn scaled(self, share: f64) -> Self {
        Self { l1: self.l1 * share, l2: self.l2 * share }
    }

    /// `gradient` with the penalty's added.
    #[inline(always)]
    pub(crate) fn add_gradient<V: Value>(self, weight: &V, gradient: V) -> V {
        let gradient = gradient.decayed(weight, self.l2);
        if self.l1 == 0.0 { gradient } else { gradient + weight.clone().signum() * self.l1 }
    }

    #[inline(always)]
    fn prox<V: Value>(self, weight: V, size: Size<V>) -> V {
        match size {
            Size::Same(size) => {
                let weight = if self.l1 == 0.0 { weight } else { weight.toward_zero(size * self.l1) };
                weight.shrunk(1.0 / (1.0 + size * self.l2))
            }
            Size::Each(size) => {
                let weight =
                    if self.l1 == 0.0 { weight } else { weight.toward_zero_by(size.clone() * self.l1) };
                if self.l2 == 0.0 { weight } else { weight / (size * self.l2 + 1.0) }
            }
        }
    }
}

/// How long the step of an element was ([`StepSize`](crate::StepSize)).
pub(crate) enum Size<V> {
    Same(f64),
    Each(V),
}

/// A formula that knows how long its step was.
pub(crate) trait StepSized<const S: usize>: Formula<S> {
    /// From what it keeps after the step. Implementations say `#[inline(always)]`.
    fn size<V: Value>(&self, kept: &[V; S]) -> Size<V>;
}

/// A formula whose gradient has that of a penalty added.
#[derive(Clone, Copy)]
pub(crate) struct Penalized<F>(pub(crate) F, pub(crate) Elastic);

impl<const S: usize, F: Formula<S>> Formula<S> for Penalized<F> {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, kept: [V; S]) -> (V, [V; S]) {
        let gradient = self.1.add_gradient(&weight, gradient);
        self.0.apply(weight, gradient, kept)
    }
}

/// A formula with the proximal step of a penalty after it.
#[derive(Clone, Copy)]
pub(crate) struct Proximal<F>(pub(crate) F, pub(crate) Elastic);

impl<const S: usize, F: StepSized<S>> Formula<S> for Proximal<F> {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, kept: [V; S]) -> (V, [V; S]) {
        let (weight, kept) = self.0.apply(weight, gradient, kept);
        (self.1.prox(weight, self.0.size(&kept)), kept)
    }
}
