//! Gated recurrent units.

use pulp::Simd;

use super::{Packed, RecurrentShape, sigmoid, tanh, weight_grad};
use crate::cpu::arch::arch;
use crate::cpu::column_sums::column_sums;
use crate::cpu::parallel::{Shared, Task, for_each, piece};
use crate::cpu::scratch::Scratch;

/// What [`gru`] gives, and keeps for [`gru_grad`].
#[derive(Debug)]
pub struct GruStates<'a> {
    /// h, `[items, steps, hidden]`.
    pub hidden: &'a mut [f32],
    /// r, z and n, `[items, steps, 3 · hidden]`.
    pub gates: &'a mut [f32],
    /// What r is multiplied with, `h(t − 1) · weight_n + bias_n`, `[items, steps, hidden]`.
    pub carried: &'a mut [f32],
}

/// The states of a layer whose first are 0 (Cho and others, 2014), in the order and form of PyTorch's `GRU`: with
/// `[r, z, n] = inputs(t)` and `[r′, z′, n′] = h(t − 1) · weight + bias`, `h(t) = (1 − Z) · N + Z · h(t − 1)`, where
/// `R = σ(r + r′)`, `Z = σ(z + z′)`, `N = tanh(n + R · n′)`.
///
/// `inputs`: `[items, steps, 3 · hidden]`; `weight`: `[hidden, 3 · hidden]`; `bias`: `[3 · hidden]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn gru(shape: RecurrentShape, inputs: &[f32], weight: &[f32], bias: &[f32], states: GruStates<'_>) {
    let (len, hidden) = (shape.states(), shape.hidden);
    assert!(hidden > 0 && shape.steps > 0, "gru: no state or no step");
    assert_eq!(inputs.len(), 3 * len, "gru: inputs");
    assert_eq!(weight.len(), 3 * hidden * hidden, "gru: weight");
    assert_eq!(bias.len(), 3 * hidden, "gru: bias");
    let GruStates { hidden: h, gates, carried } = states;
    assert_eq!([h.len(), gates.len(), carried.len()], [len, 3 * len, len], "gru: states");
    let weight = Packed::rows(arch(), hidden, 3 * hidden, weight);
    let (h, gates, carried) = (Shared::new(h), Shared::new(gates), Shared::new(carried));
    let task = Forward { shape, inputs, weight, bias, h, gates, carried };
    for_each(arch(), shape.tasks(), shape.cost(3), &task);
}

struct Forward<'a> {
    shape: RecurrentShape,
    inputs: &'a [f32],
    weight: Packed,
    bias: &'a [f32],
    h: Shared<'a, f32>,
    gates: Shared<'a, f32>,
    carried: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let RecurrentShape { items, steps, hidden } = self.shape;
        let items = piece(index, self.shape.per(), items);
        let (rows, size) = (items.len(), steps * hidden);
        let range = items.start * size..items.end * size;
        let of_gates = 3 * range.start..3 * range.end;
        // SAFETY: each task has its own items.
        let (h, gates, carried) = unsafe {
            (self.h.slice(range.clone()), self.gates.slice(of_gates.clone()), self.carried.slice(range))
        };
        let inputs = &self.inputs[of_gates];
        let mut before = Scratch::take(rows * 3 * hidden);
        let first = Scratch::zeroed(hidden);
        for step in 0..steps {
            let (at, of_gates) = (step * hidden, step * 3 * hidden);
            before.chunks_exact_mut(3 * hidden).for_each(|line| line.copy_from_slice(self.bias));
            if step > 0 {
                self.weight.add_to(simd, &h[at - hidden..], size, &mut before, 3 * hidden, rows);
            }
            for row in 0..rows {
                let inputs = &inputs[row * 3 * size + of_gates..][..3 * hidden];
                let gates = &mut gates[row * 3 * size + of_gates..][..3 * hidden];
                let carried = &mut carried[row * size + at..][..hidden];
                let before = &before[row * 3 * hidden..][..3 * hidden];
                let (old, now) = h[row * size..][..size].split_at_mut(at);
                let old = if step > 0 { &old[at - hidden..] } else { &first[..] };
                let (old, now) = (&old[..hidden], &mut now[..hidden]);
                for j in 0..hidden {
                    let r = sigmoid(inputs[j] + before[j]);
                    let z = sigmoid(inputs[hidden + j] + before[hidden + j]);
                    let of_new = before[2 * hidden + j];
                    let n = tanh(inputs[2 * hidden + j] + r * of_new);
                    carried[j] = of_new;
                    (gates[j], gates[hidden + j], gates[2 * hidden + j]) = (r, z, n);
                    now[j] = n + z * (old[j] - n);
                }
            }
        }
    }
}

/// The gradients of [`gru`] for the gradient `g` of all h: `dinputs`, `[items, steps, 3 · hidden]`, `dweight`, `[hidden, 3 · hidden]`, and `dbias`,
/// `[3 · hidden]`.
///
/// # Panics
/// If a slice's length does not fit.
#[allow(clippy::too_many_arguments)]
pub fn gru_grad(
    shape: RecurrentShape,
    weight: &[f32],
    hidden: &[f32],
    gates: &[f32],
    carried: &[f32],
    g: &[f32],
    dinputs: &mut [f32],
    dweight: &mut [f32],
    dbias: &mut [f32],
) {
    let (len, width) = (shape.states(), shape.hidden);
    assert!(width > 0 && shape.steps > 0, "gru_grad: no state or no step");
    assert_eq!([hidden.len(), carried.len(), g.len()], [len; 3], "gru_grad: states");
    assert_eq!([gates.len(), dinputs.len()], [3 * len; 2], "gru_grad: gates");
    assert_eq!([weight.len(), dweight.len()], [3 * width * width; 2], "gru_grad: weight");
    assert_eq!(dbias.len(), 3 * width, "gru_grad: dbias");
    let packed = Packed::columns(arch(), 3 * width, width, weight);
    let mut of_before = Scratch::take(3 * len);
    let task = Backward {
        shape,
        weight: packed,
        hidden,
        gates,
        carried,
        g,
        dinputs: Shared::new(dinputs),
        of_before: Shared::new(&mut of_before),
    };
    for_each(arch(), shape.tasks(), shape.cost(3), &task);
    weight_grad(shape, hidden, &of_before, dweight);
    column_sums(&of_before, dbias);
}

struct Backward<'a> {
    shape: RecurrentShape,
    weight: Packed,
    hidden: &'a [f32],
    gates: &'a [f32],
    carried: &'a [f32],
    g: &'a [f32],
    dinputs: Shared<'a, f32>,
    /// The gradient of what comes of the state before.
    of_before: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let RecurrentShape { items, steps, hidden } = self.shape;
        let items = piece(index, self.shape.per(), items);
        let (rows, size) = (items.len(), steps * hidden);
        let range = items.start * size..items.end * size;
        let of_gates = 3 * range.start..3 * range.end;
        // SAFETY: each task has its own items.
        let (dinputs, of_before) =
            unsafe { (self.dinputs.slice(of_gates.clone()), self.of_before.slice(of_gates.clone())) };
        let (gates, carried) = (&self.gates[of_gates], &self.carried[range.clone()]);
        let (states, g) = (&self.hidden[range.clone()], &self.g[range]);
        let zeros = Scratch::zeroed(hidden);
        let mut of_h = Scratch::zeroed(rows * hidden);
        for step in (0..steps).rev() {
            let (at, of_gates) = (step * hidden, step * 3 * hidden);
            for row in 0..rows {
                let line = row * 3 * size + of_gates;
                let gates = &gates[line..][..3 * hidden];
                let (dinputs, of_before) =
                    (&mut dinputs[line..][..3 * hidden], &mut of_before[line..][..3 * hidden]);
                let carried = &carried[row * size + at..][..hidden];
                let old = if step > 0 { &states[row * size + at - hidden..] } else { &zeros[..] };
                let (old, g) = (&old[..hidden], &g[row * size + at..][..hidden]);
                let of_h = &mut of_h[row * hidden..][..hidden];
                for j in 0..hidden {
                    let (r, z, n) = (gates[j], gates[hidden + j], gates[2 * hidden + j]);
                    let dh = g[j] + of_h[j];
                    let dn = dh * (1.0 - z) * (1.0 - n * n);
                    let dz = dh * (old[j] - n) * z * (1.0 - z);
                    let dr = dn * carried[j] * r * (1.0 - r);
                    (dinputs[j], dinputs[hidden + j], dinputs[2 * hidden + j]) = (dr, dz, dn);
                    (of_before[j], of_before[hidden + j], of_before[2 * hidden + j]) = (dr, dz, dn * r);
                    of_h[j] = dh * z;
                }
            }
            if step > 0 {
                self.weight.add_to(simd, &of_before[of_gates..], 3 * size, &mut of_h, hidden, rows);
            }
        }
    }
}
