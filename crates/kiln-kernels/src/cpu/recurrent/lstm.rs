//! Long short-term memory.

use pulp::Simd;

use super::{Packed, RecurrentShape, sigmoid, tanh, weight_grad};
use crate::cpu::arch::arch;
use crate::cpu::parallel::{Shared, Task, for_each, piece};
use crate::cpu::scratch::Scratch;

/// What [`lstm`] gives, and keeps for [`lstm_grad`].
#[derive(Debug)]
pub struct LstmStates<'a> {
    /// h, `[items, steps, hidden]`.
    pub hidden: &'a mut [f32],
    /// c, `[items, steps, hidden]`.
    pub cells: &'a mut [f32],
    /// i, f, g and o, `[items, steps, 4 · hidden]`.
    pub gates: &'a mut [f32],
}

/// The states of a layer whose first are 0 (Hochreiter and Schmidhuber, 1997), in the order of PyTorch's `LSTM`: with
/// `[i, f, g, o] = inputs(t) + h(t − 1) · weight`, `c(t) = σ(f) · c(t − 1) + σ(i) · tanh(g)` and `h(t) = σ(o) · tanh(c(t))`.
///
/// `inputs`: `[items, steps, 4 · hidden]`, what comes of the inputs and of all biases; `weight`: `[hidden, 4 · hidden]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn lstm(shape: RecurrentShape, inputs: &[f32], weight: &[f32], states: LstmStates<'_>) {
    let (len, hidden) = (shape.states(), shape.hidden);
    assert!(hidden > 0 && shape.steps > 0, "lstm: no state or no step");
    assert_eq!(inputs.len(), 4 * len, "lstm: inputs");
    assert_eq!(weight.len(), 4 * hidden * hidden, "lstm: weight");
    let LstmStates { hidden: h, cells, gates } = states;
    assert_eq!([h.len(), cells.len(), gates.len()], [len, len, 4 * len], "lstm: states");
    let weight = Packed::rows(arch(), hidden, 4 * hidden, weight);
    let (h, cells, gates) = (Shared::new(h), Shared::new(cells), Shared::new(gates));
    let task = Forward { shape, inputs, weight, h, cells, gates };
    for_each(arch(), shape.tasks(), shape.cost(4), &task);
}

struct Forward<'a> {
    shape: RecurrentShape,
    inputs: &'a [f32],
    weight: Packed,
    h: Shared<'a, f32>,
    cells: Shared<'a, f32>,
    gates: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let RecurrentShape { items, steps, hidden } = self.shape;
        let items = piece(index, self.shape.per(), items);
        let (rows, size) = (items.len(), steps * hidden);
        let range = items.start * size..items.end * size;
        let of_gates = 4 * range.start..4 * range.end;
        // SAFETY: each task has its own items.
        let (h, cells, gates) = unsafe {
            (self.h.slice(range.clone()), self.cells.slice(range), self.gates.slice(of_gates.clone()))
        };
        gates.copy_from_slice(&self.inputs[of_gates]);
        for step in 0..steps {
            let (at, of_gates) = (step * hidden, step * 4 * hidden);
            if step > 0 {
                self.weight.add_to(simd, &h[at - hidden..], size, &mut gates[of_gates..], 4 * size, rows);
            }
            for row in 0..rows {
                let gates = &mut gates[row * 4 * size + of_gates..][..4 * hidden];
                let (i_f, g_o) = gates.split_at_mut(2 * hidden);
                let ((i, f), (g, o)) = (i_f.split_at_mut(hidden), g_o.split_at_mut(hidden));
                let cells = &mut cells[row * size..][..size];
                let h = &mut h[row * size + at..][..hidden];
                let (before, now) = cells.split_at_mut(at);
                let (before, now) = (&before[at.saturating_sub(hidden)..], &mut now[..hidden]);
                for j in 0..hidden {
                    (i[j], f[j], g[j], o[j]) = (sigmoid(i[j]), sigmoid(f[j]), tanh(g[j]), sigmoid(o[j]));
                    now[j] = i[j] * g[j];
                }
                if step > 0 {
                    now.iter_mut().zip(before).zip(&*f).for_each(|((now, before), f)| *now += f * before);
                }
                for j in 0..hidden {
                    h[j] = o[j] * tanh(now[j]);
                }
            }
        }
    }
}

/// The gradients of [`lstm`] for the gradient `g` of all h: `dinputs`, `[items, steps, 4 · hidden]`, and `dweight`, `[hidden, 4 · hidden]`.
///
/// # Panics
/// If a slice's length does not fit.
#[allow(clippy::too_many_arguments)]
pub fn lstm_grad(
    shape: RecurrentShape,
    weight: &[f32],
    hidden: &[f32],
    cells: &[f32],
    gates: &[f32],
    g: &[f32],
    dinputs: &mut [f32],
    dweight: &mut [f32],
) {
    let (len, width) = (shape.states(), shape.hidden);
    assert!(width > 0 && shape.steps > 0, "lstm_grad: no state or no step");
    assert_eq!([hidden.len(), cells.len(), g.len()], [len; 3], "lstm_grad: states");
    assert_eq!([gates.len(), dinputs.len()], [4 * len; 2], "lstm_grad: gates");
    assert_eq!([weight.len(), dweight.len()], [4 * width * width; 2], "lstm_grad: weight");
    let packed = Packed::columns(arch(), 4 * width, width, weight);
    let task = Backward { shape, weight: packed, cells, gates, g, dinputs: Shared::new(dinputs) };
    for_each(arch(), shape.tasks(), shape.cost(4), &task);
    weight_grad(shape, hidden, dinputs, dweight);
}

struct Backward<'a> {
    shape: RecurrentShape,
    weight: Packed,
    cells: &'a [f32],
    gates: &'a [f32],
    g: &'a [f32],
    dinputs: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let RecurrentShape { items, steps, hidden } = self.shape;
        let items = piece(index, self.shape.per(), items);
        let (rows, size) = (items.len(), steps * hidden);
        let range = items.start * size..items.end * size;
        let of_gates = 4 * range.start..4 * range.end;
        // SAFETY: each task has its own items.
        let dinputs = unsafe { self.dinputs.slice(of_gates.clone()) };
        let (gates, cells, g) = (&self.gates[of_gates], &self.cells[range.clone()], &self.g[range]);
        // What comes from the step after, for h and for c.
        let mut of_h = Scratch::zeroed(rows * hidden);
        let mut of_c = Scratch::zeroed(rows * hidden);
        for step in (0..steps).rev() {
            let (at, of_gates) = (step * hidden, step * 4 * hidden);
            for row in 0..rows {
                let gates = &gates[row * 4 * size + of_gates..][..4 * hidden];
                let (i_f, g_o) = gates.split_at(2 * hidden);
                let ((i, f), (new, o)) = (i_f.split_at(hidden), g_o.split_at(hidden));
                let slopes = &mut dinputs[row * 4 * size + of_gates..][..4 * hidden];
                let (d_i_f, d_g_o) = slopes.split_at_mut(2 * hidden);
                let ((d_i, d_f), (d_new, d_o)) = (d_i_f.split_at_mut(hidden), d_g_o.split_at_mut(hidden));
                let cells = &cells[row * size..][..size];
                let (of_h, of_c) = (&mut of_h[row * hidden..][..hidden], &mut of_c[row * hidden..][..hidden]);
                let (now, g) = (&cells[at..][..hidden], &g[row * size + at..][..hidden]);
                for j in 0..hidden {
                    let (dh, shown) = (g[j] + of_h[j], tanh(now[j]));
                    let dc = of_c[j] + dh * o[j] * (1.0 - shown * shown);
                    d_o[j] = dh * shown * o[j] * (1.0 - o[j]);
                    d_i[j] = dc * new[j] * i[j] * (1.0 - i[j]);
                    d_new[j] = dc * i[j] * (1.0 - new[j] * new[j]);
                    d_f[j] = dc * f[j] * (1.0 - f[j]);
                    of_c[j] = dc * f[j];
                    of_h[j] = 0.0;
                }
                match step {
                    0 => d_f.fill(0.0),
                    _ => d_f.iter_mut().zip(&cells[at - hidden..]).for_each(|(d, before)| *d *= before),
                }
            }
            if step > 0 {
                self.weight.add_to(simd, &dinputs[of_gates..], 4 * size, &mut of_h, hidden, rows);
            }
        }
    }
}
