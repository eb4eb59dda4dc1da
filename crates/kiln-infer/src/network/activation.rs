//! Functions of each element.

use kiln_kernels::cpu::{Curve, Scratch, Vectorize, curve, curve_in_place, relu, vectorized};

use super::step::Step;
use crate::plan::Activation;

/// An activation.
#[derive(Debug)]
pub(super) struct Activated(pub(super) Activation);

impl Step for Activated {
    fn run(&self, _: usize, x: &[f32]) -> Scratch {
        apply(self.0, x)
    }

    fn in_place(&self, x: &mut [f32]) -> bool {
        let Some(curve) = curve_of(self.0) else { return false };
        curve_in_place(curve, x);
        true
    }
}

/// The activation as one that kernels know.
pub(super) fn curve_of(activation: Activation) -> Option<Curve> {
    match activation {
        Activation::Gelu => Some(Curve::Gelu),
        Activation::Silu => Some(Curve::Silu),
        Activation::Selu => Some(Curve::Selu),
        Activation::Mish => Some(Curve::Mish),
        Activation::Sigmoid => Some(Curve::Sigmoid),
        Activation::HardSwish => Some(Curve::HardSwish),
        Activation::HardSigmoid => Some(Curve::HardSigmoid),
        Activation::Relu | Activation::LeakyRelu | Activation::Tanh => None,
    }
}

/// The function of every element.
pub(super) fn apply(activation: Activation, x: &[f32]) -> Scratch {
    let mut y = Scratch::take(x.len());
    match (activation, curve_of(activation)) {
        (_, Some(of)) => curve(of, x, &mut y),
        (Activation::LeakyRelu, None) => vectorized(Leaky { x, y: &mut y }),
        (Activation::Tanh, None) => y.iter_mut().zip(x).for_each(|(y, x)| *y = x.tanh()),
        (_, None) => relu(x, &mut y),
    }
    y
}

struct Leaky<'a> {
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Vectorize for Leaky<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y = if *x >= 0.0 { *x } else { 0.01 * x };
        }
    }
}
