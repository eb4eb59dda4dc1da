//! Linear layers.

use kiln_kernels::cpu::{Act, PackedLinear, Scratch};

use super::affine::Folded;
use super::step::Step;

/// `act(x W + b)`.
#[derive(Debug)]
pub(super) struct Linear {
    layer: PackedLinear,
    act: Act,
}

impl Linear {
    pub(super) fn new(folded: &Folded, inputs: usize, act: Act) -> Self {
        let shape = [inputs, folded.outputs()];
        Self { layer: PackedLinear::new(shape, &folded.weight, folded.bias.as_deref()), act }
    }
}

impl Step for Linear {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let mut y = Scratch::take(n * self.layer.outputs());
        self.layer.apply(n, x, self.act, &mut y);
        y
    }
}
