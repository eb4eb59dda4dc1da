//! Recurrent layers.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{contiguous, garbage, tensor};
use crate::cpu::{self, GruStates, LstmStates, RecurrentShape};

fn shape(inputs: &FlexTensor, gates: usize) -> RecurrentShape {
    let [items, steps, columns] = inputs.shape().dims();
    RecurrentShape { items, steps, hidden: columns / gates }
}

fn dims(RecurrentShape { items, steps, hidden }: RecurrentShape, gates: usize) -> [usize; 3] {
    [items, steps, gates * hidden]
}

/// All h, and what the gradient needs: cells and gates.
pub(crate) fn lstm(inputs: &FlexTensor, weight: &FlexTensor) -> (FlexTensor, [FlexTensor; 2]) {
    let (inputs, weight) = (contiguous(inputs), contiguous(weight));
    let shape = shape(&inputs, 4);
    let len = shape.items * shape.steps * shape.hidden;
    let (mut hidden, mut cells, mut gates) = (garbage(len), garbage(len), garbage(4 * len));
    let states = LstmStates { hidden: &mut hidden, cells: &mut cells, gates: &mut gates };
    cpu::lstm(shape, inputs.storage(), weight.storage(), states);
    let (one, four) = (dims(shape, 1), dims(shape, 4));
    (tensor(hidden, one), [tensor(cells, one), tensor(gates, four)])
}

/// Gradients of inputs and weight.
pub(crate) fn lstm_backward(
    weight: &FlexTensor,
    hidden: &FlexTensor,
    [cells, gates]: [&FlexTensor; 2],
    gradient: &FlexTensor,
) -> [FlexTensor; 2] {
    let (weight, gradient) = (contiguous(weight), contiguous(gradient));
    let (shape, weights) = (shape(gates, 4), weight.layout().num_elements());
    let (mut dinputs, mut dweight) = (garbage(gates.layout().num_elements()), garbage(weights));
    cpu::lstm_grad(
        shape,
        weight.storage(),
        hidden.storage(),
        cells.storage(),
        gates.storage(),
        gradient.storage(),
        &mut dinputs,
        &mut dweight,
    );
    [tensor(dinputs, dims(shape, 4)), tensor(dweight, [shape.hidden, 4 * shape.hidden])]
}

/// All h, and what the gradient needs: gates, and what is carried.
pub(crate) fn gru(
    inputs: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
) -> (FlexTensor, [FlexTensor; 2]) {
    let (inputs, weight, bias) = (contiguous(inputs), contiguous(weight), contiguous(bias));
    let shape = shape(&inputs, 3);
    let len = shape.items * shape.steps * shape.hidden;
    let (mut hidden, mut gates, mut carried) = (garbage(len), garbage(3 * len), garbage(len));
    let states = GruStates { hidden: &mut hidden, gates: &mut gates, carried: &mut carried };
    cpu::gru(shape, inputs.storage(), weight.storage(), bias.storage(), states);
    let (one, three) = (dims(shape, 1), dims(shape, 3));
    (tensor(hidden, one), [tensor(gates, three), tensor(carried, one)])
}

/// Gradients of inputs, weight and bias.
pub(crate) fn gru_backward(
    weight: &FlexTensor,
    hidden: &FlexTensor,
    [gates, carried]: [&FlexTensor; 2],
    gradient: &FlexTensor,
) -> [FlexTensor; 3] {
    let (weight, gradient) = (contiguous(weight), contiguous(gradient));
    let (shape, weights) = (shape(gates, 3), weight.layout().num_elements());
    let (mut dinputs, mut dweight) = (garbage(gates.layout().num_elements()), garbage(weights));
    let mut dbias = garbage(3 * shape.hidden);
    cpu::gru_grad(
        shape,
        weight.storage(),
        hidden.storage(),
        gates.storage(),
        carried.storage(),
        gradient.storage(),
        &mut dinputs,
        &mut dweight,
        &mut dbias,
    );
    let columns = 3 * shape.hidden;
    [tensor(dinputs, dims(shape, 3)), tensor(dweight, [shape.hidden, columns]), tensor(dbias, [columns])]
}
