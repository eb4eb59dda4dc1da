//! Recurrent layers, which ONNX has as PyTorch has them, with the gates in another order.

use kiln_core::Weights;
use kiln_models::RecurrentCell;

use super::graph::{Elements, Graph, int, ints};
use crate::error::ExportError;

/// All states of a layer, `[N, T, C]` to `[N, T, hidden]`. A sequence without a step has one.
pub(super) fn recurrent(
    graph: &mut Graph,
    weights: &Weights,
    (layer, cell): (&str, RecurrentCell),
    x: &str,
    lengths: &str,
) -> Result<String, ExportError> {
    // `[i, o, f, g]` and `[z, r, n]`, by their places in PyTorch's order.
    let (operation, order): (_, &[usize]) = match cell {
        RecurrentCell::Lstm => ("LSTM", &[0, 3, 1, 2]),
        RecurrentCell::Gru => ("GRU", &[1, 0, 2]),
        _ => return Err(ExportError::Operation { operation: format!("{cell:?}, {layer:?},") }),
    };
    let numbers = |name: &str| {
        let path = format!("{layer}.{name}");
        let data = weights.get(&path).ok_or(ExportError::Operation { operation: path })?;
        Ok::<_, ExportError>((data.shape()[0], data.iter::<f32>().collect::<Vec<f32>>()))
    };
    let (hidden, _) = numbers("of_states")?;
    let rows = || order.iter().flat_map(move |gate| gate * hidden..(gate + 1) * hidden);
    let matrix = |graph: &mut Graph, name: &str| {
        let (inputs, numbers) = numbers(name)?;
        let columns = order.len() * hidden;
        let values = rows().flat_map(|row| (0..inputs).map(move |input| input * columns + row));
        let values: Vec<f32> = values.map(|place| numbers[place]).collect();
        Ok::<_, ExportError>(graph.floats(&[1, columns, inputs], &values))
    };
    let (of_inputs, of_states) = (matrix(graph, "of_inputs")?, matrix(graph, "of_states")?);
    let mut biases = Vec::with_capacity(2 * order.len() * hidden);
    for name in ["input_bias", "state_bias"] {
        let (_, numbers) = numbers(name)?;
        biases.extend(rows().map(|row| numbers[row]));
    }
    let biases = graph.floats(&[1, biases.len()], &biases);
    let one = graph.longs(&[], &[1]);
    let lengths = graph.node("Max", &[lengths, &one], Vec::new());
    let lengths = graph.cast(&lengths, Elements::Int);
    let x = graph.node("Transpose", &[x], vec![ints("perm", &[1, 0, 2])]);
    let mut attributes = vec![int("hidden_size", hidden as i64)];
    if cell == RecurrentCell::Gru {
        // As PyTorch: the bias of states is within what the gate is multiplied with.
        attributes.push(int("linear_before_reset", 1));
    }
    let states = graph.node(operation, &[&x, &of_inputs, &of_states, &biases, &lengths], attributes);
    let direction = graph.longs(&[1], &[1]);
    let states = graph.node("Squeeze", &[&states, &direction], Vec::new());
    Ok(graph.node("Transpose", &[&states], vec![ints("perm", &[1, 0, 2])]))
}
