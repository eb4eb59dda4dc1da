//! Functions of each element.

use kiln_kernels::cpu::{Curve, Scratch, Vectorize, curve, relu, vectorized};

use super::step::Step;
use crate::plan::Activation;

/// An activation.
#[derive(Debug)]
pub(super) struct Activated(pub(super) Activation);

impl Step for Activated {
    fn run(&self, _: usize, x: &[f32]) -> Scratch {
        apply(self.0, x)
    }
}

/// The function of every element.
pub(super) fn apply(activation: Activation, x: &[f32]) -> Scratch {
    let mut y = Scratch::take(x.len());
    match activation {
        Activation::Relu => relu(x, &mut y),
        Activation::LeakyRelu => vectorized(Leaky { x, y: &mut y }),
        Activation::Tanh => y.iter_mut().zip(x).for_each(|(y, x)| *y = x.tanh()),
        Activation::Gelu => curve(Curve::Gelu, x, &mut y),
        Activation::Silu => curve(Curve::Silu, x, &mut y),
        Activation::Selu => curve(Curve::Selu, x, &mut y),
        Activation::Mish => curve(Curve::Mish, x, &mut y),
        Activation::Sigmoid => curve(Curve::Sigmoid, x, &mut y),
        Activation::HardSwish => curve(Curve::HardSwish, x, &mut y),
        Activation::HardSigmoid => curve(Curve::HardSigmoid, x, &mut y),
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
