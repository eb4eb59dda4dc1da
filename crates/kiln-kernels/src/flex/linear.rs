//! Linear layers.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{contiguous, garbage, tensor};
use crate::Act;
use crate::cpu::{self, LinearShape};

pub(crate) fn linear(x: &FlexTensor, weight: &FlexTensor, bias: &FlexTensor, act: Act) -> FlexTensor {
    let (x, weight, bias) = (contiguous(x), contiguous(weight), contiguous(bias));
    let ([n, inputs], [_, outputs]) = (x.shape().dims::<2>(), weight.shape().dims::<2>());
    let mut y = garbage(n * outputs);
    let shape = LinearShape { m: n, k: inputs, n: outputs };
    cpu::linear(shape, x.storage(), weight.storage(), Some(bias.storage()), act, &mut y);
    tensor(y, [n, outputs])
}

/// Gradients of input, weight and bias, those that are wanted.
pub(crate) fn linear_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    output: Option<&FlexTensor>,
    gradient: &FlexTensor,
    wanted: [bool; 3],
) -> [Option<FlexTensor>; 3] {
    let (x, weight, gradient) = (contiguous(x), contiguous(weight), contiguous(gradient));
    let ([n, inputs], [_, outputs]) = (x.shape().dims::<2>(), weight.shape().dims::<2>());
    let output = output.map(contiguous);
    let mut dx = wanted[0].then(|| garbage(n * inputs));
    let mut dw = garbage(inputs * outputs);
    let mut db = wanted[2].then(|| garbage(outputs));
    cpu::linear_grad(
        LinearShape { m: n, k: inputs, n: outputs },
        x.storage(),
        weight.storage(),
        output.as_ref().map(|output| output.storage()),
        gradient.storage(),
        dx.as_deref_mut(),
        &mut dw,
        db.as_deref_mut(),
    );
    [
        dx.map(|dx| tensor(dx, [n, inputs])),
        wanted[1].then(|| tensor(dw, [inputs, outputs])),
        db.map(|db| tensor(db, [outputs])),
    ]
}
