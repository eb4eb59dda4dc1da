//! Recurrent layers over whole sequences, from a first state of 0.

use burn::tensor::Tensor;

use super::{linear, sigmoid};
use crate::Act;

/// Long short-term memory (Hochreiter and Schmidhuber, 1997) in the order of PyTorch's `LSTM`: with
/// `[i, f, g, o] = x(t) · of_inputs + h(t − 1) · of_states + bias`, `c(t) = σ(f) · c(t − 1) + σ(i) · tanh(g)` and `h(t) = σ(o) · tanh(c(t))`.
///
/// - `x`: `[N, steps, C]`
/// - `of_inputs`: `[C, 4 · H]`, `of_states`: `[H, 4 · H]`, as Burn has weights (PyTorch's transposed)
/// - `bias`: `[4 · H]`: the sum of PyTorch's two
///
/// Gives all h, `[N, steps, H]`.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn lstm(x: Tensor<3>, of_inputs: Tensor<2>, of_states: Tensor<2>, bias: Tensor<1>) -> Tensor<3> {
    let hidden = of_states.dims()[0];
    assert_eq!(of_states.dims()[1], 4 * hidden, "lstm: the weight of states must be four squares");
    let inputs = of_all_steps(x, of_inputs, bias);
    let [_, steps, columns] = inputs.dims();
    assert_eq!(columns, 4 * hidden, "lstm: inputs must make {} numbers", 4 * hidden);
    #[cfg(feature = "flex")]
    if super::has_kernels(&inputs) && super::has_kernels(&of_states) && inputs.shape().num_elements() > 0 {
        return Tensor::from_dispatch(crate::autodiff::lstm(inputs, of_states));
    }
    let mut states: Option<[Tensor<2>; 2]> = None;
    let mut all = Vec::with_capacity(steps);
    for step in 0..steps {
        let mut gates: Tensor<2> = inputs.clone().narrow(1, step, 1).squeeze_dim(1);
        if let Some([h, _]) = &states {
            gates = gates.add(h.clone().matmul(of_states.clone()));
        }
        let part = |index: usize| gates.clone().narrow(1, index * hidden, hidden);
        let mut c = sigmoid(part(0)).mul(part(2).tanh());
        if let Some([_, before]) = states {
            c = c.add(sigmoid(part(1)).mul(before));
        }
        let h = sigmoid(part(3)).mul(c.clone().tanh());
        all.push(h.clone());
        states = Some([h, c]);
    }
    Tensor::stack(all, 1)
}

/// A gated recurrent unit (Cho and others, 2014) in the order and form of PyTorch's `GRU`: with `[r, z, n] = x(t) · of_inputs + input_bias` and
/// `[r′, z′, n′] = h(t − 1) · of_states + state_bias`, `h(t) = (1 − Z) · N + Z · h(t − 1)`, where `R = σ(r + r′)`, `Z = σ(z + z′)`,
/// `N = tanh(n + R · n′)`.
///
/// - `x`: `[N, steps, C]`
/// - `of_inputs`: `[C, 3 · H]`, `of_states`: `[H, 3 · H]`, as Burn has weights (PyTorch's transposed)
/// - `biases`: of inputs and of states, each `[3 · H]`
///
/// Gives all h, `[N, steps, H]`.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn gru(x: Tensor<3>, of_inputs: Tensor<2>, of_states: Tensor<2>, biases: [Tensor<1>; 2]) -> Tensor<3> {
    let hidden = of_states.dims()[0];
    assert_eq!(of_states.dims()[1], 3 * hidden, "gru: the weight of states must be three squares");
    let [input_bias, state_bias] = biases;
    assert_eq!(state_bias.dims(), [3 * hidden], "gru: the bias of states must be three rows");
    let inputs = of_all_steps(x, of_inputs, input_bias);
    let [items, steps, columns] = inputs.dims();
    assert_eq!(columns, 3 * hidden, "gru: inputs must make {} numbers", 3 * hidden);
    #[cfg(feature = "flex")]
    if super::has_kernels(&inputs) && super::has_kernels(&of_states) && items * steps * hidden > 0 {
        return Tensor::from_dispatch(crate::autodiff::gru(inputs, of_states, state_bias));
    }
    let state_bias: Tensor<2> = state_bias.unsqueeze();
    let mut all: Vec<Tensor<2>> = Vec::with_capacity(steps);
    for step in 0..steps {
        let of_x: Tensor<2> = inputs.clone().narrow(1, step, 1).squeeze_dim(1);
        let of_h = match all.last() {
            Some(h) => h.clone().matmul(of_states.clone()).add(state_bias.clone()),
            None => state_bias.clone().expand([items, 3 * hidden]),
        };
        let part = |of: &Tensor<2>, index: usize| of.clone().narrow(1, index * hidden, hidden);
        let gate = |index: usize| sigmoid(part(&of_x, index).add(part(&of_h, index)));
        let new = part(&of_x, 2).add(gate(0).mul(part(&of_h, 2))).tanh();
        let z = gate(1);
        let h = match all.last() {
            Some(before) => new.clone().add(z.mul(before.clone().sub(new))),
            None => new.clone().sub(z.mul(new)),
        };
        all.push(h);
    }
    Tensor::stack(all, 1)
}

/// `x · weight + bias` for all steps at once.
fn of_all_steps(x: Tensor<3>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<3> {
    let ([items, steps, columns], outputs) = (x.dims(), weight.dims()[1]);
    let y = linear(x.reshape([items * steps, columns]), weight, Some(bias), Act::None);
    y.reshape([items, steps, outputs])
}
