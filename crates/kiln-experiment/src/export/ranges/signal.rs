//! What is between two operations.

use burn::tensor::Tensor;

use crate::export::steps::{Range, Steps};

/// Rows `[N, features]` or maps `[N, channels, height, width]`.
#[derive(Debug, Clone)]
pub(super) enum Signal {
    Row(Tensor<2>),
    Map(Tensor<4>),
}

impl Signal {
    /// The sum of two of one shape.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Row(a), Self::Row(b)) => Some(Self::Row(a + b)),
            (Self::Map(a), Self::Map(b)) => Some(Self::Map(a + b)),
            _ => None,
        }
    }

    /// The numbers that `QuantizeLinear` and `DequantizeLinear` make of these.
    pub(super) fn rounded(self, steps: Steps) -> Self {
        match self {
            Self::Row(x) => Self::Row(rounded(x, steps)),
            Self::Map(x) => Self::Map(rounded(x, steps)),
        }
    }

    /// The range of its numbers; `None` where one is not finite.
    pub(super) fn range(&self) -> Option<Range> {
        match self {
            Self::Row(x) => ends(x),
            Self::Map(x) => ends(x),
        }
    }
}

fn ends<const D: usize>(x: &Tensor<D>) -> Option<Range> {
    let number = |x: Tensor<1>| x.into_data().iter::<f32>().next();
    // A sum is no number where a part is none, whatever minimum and maximum make of it.
    let (low, high, sum) =
        (number(x.clone().min())?, number(x.clone().max())?, number(x.clone().abs().mean())?);
    (low.is_finite() && high.is_finite() && sum.is_finite())
        .then(|| Range { low: low.min(0.0), high: high.max(0.0) })
}

fn rounded<const D: usize>(x: Tensor<D>, Steps { scale, zero }: Steps) -> Tensor<D> {
    let zero = f32::from(zero);
    x.div_scalar(scale).round().clamp(-zero, 255.0 - zero).mul_scalar(scale)
}
