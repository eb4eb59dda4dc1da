//! Formulas: one launch for as many parameters as fit into a kernel.

use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::parameters::{MOST_BYTES, reserve};
use super::tensors::{elements, lower, units};
use crate::formula::program::{Op, Program, Update};

/// The most parameters of one launch: the kernel has the formula once for each.
const MOST: usize = 16;
/// Bytes that a launch is told of each buffer: lengths, shape, strides, and where they are.
const TOLD_OF_BUFFER: usize = 32;

/// An update with its tensors as buffers: weight, gradient, kept values.
struct Lowered {
    program: Program,
    constants: Vec<f32>,
    factor: Option<CubeTensor>,
    buffers: Vec<CubeTensor>,
}

pub(crate) fn update(updates: Vec<Update>) {
    let mut waiting: Vec<Lowered> = updates.into_iter().map(lowered).collect();
    if let Some(first) = waiting.first() {
        reserve(&first.buffers[0]);
    }
    while !waiting.is_empty() {
        // Those with the program of the first.
        let (same, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition({
            let mut first: Option<(Program, bool)> = None;
            move |update| {
                let own = (update.program.clone(), update.factor.is_some());
                *first.get_or_insert_with(|| own.clone()) == own
            }
        });
        waiting = rest;
        let Some(first) = same.first() else { return };
        // One binding is for the kernel's own parameters.
        let room = first.buffers[0].client.properties().hardware.max_bindings as usize - 1;
        let room = room - usize::from(first.factor.is_some());
        let told = first.buffers.len() * TOLD_OF_BUFFER + first.constants.len() * size_of::<f32>();
        let at_once = (room / first.buffers.len()).min(MOST_BYTES / told).clamp(1, MOST);
        let mut same = same.into_iter().peekable();
        while same.peek().is_some() {
            launch(same.by_ref().take(at_once).collect());
        }
    }
}

fn lowered(update: Update) -> Lowered {
    let Update { program, constants, weight, gradient, factor, kept } = update;
    let gradient = lower(gradient).map(into_contiguous);
    let kept = kept.into_iter().map(lower);
    Lowered {
        program,
        constants,
        factor: factor.and_then(lower),
        buffers: [lower(weight), gradient].into_iter().chain(kept).flatten().collect(),
    }
}

fn launch(updates: Vec<Lowered>) {
    let Some(first) = updates.first() else { return };
    let (program, client) = (first.program.clone(), first.buffers[0].client.clone());
    let (parameters, each) = (updates.len(), first.buffers.len());
    let constants_each = first.constants.len();
    let longest = updates.iter().map(|update| elements(&update.buffers[0])).max().unwrap_or(0);
    if longest == 0 {
        return;
    }
    let (count, dim) = units(&first.buffers[0], longest);
    let factor = first.factor.clone().into_iter().map(CubeTensor::into_tensor_arg);
    let (factor, clipped) = (factor.collect(), first.factor.is_some());
    let constants = updates.iter().flat_map(|update| update.constants.clone()).collect();
    let buffers = updates.into_iter().flat_map(|update| update.buffers).map(CubeTensor::into_tensor_arg);
    let buffers = buffers.collect();
    formula_of_parameters::launch(
        &client,
        count,
        dim,
        buffers,
        factor,
        constants,
        program.ops,
        program.results,
        parameters,
        each,
        constants_each,
        clipped,
    );
}

/// Unit `i` does element `i` of every parameter that has one.
#[cube(launch)]
fn formula_of_parameters(
    buffers: &mut Sequence<OwnedTensor<f32>>,
    factor: &Sequence<OwnedTensor<f32>>,
    constants: &Sequence<f32>,
    #[comptime] ops: Vec<Op>,
    #[comptime] results: Vec<usize>,
    #[comptime] parameters: usize,
    #[comptime] each: usize,
    #[comptime] constants_each: usize,
    #[comptime] clipped: bool,
) {
    let i = ABSOLUTE_POS;
    #[unroll]
    for p in 0..parameters {
        let first = comptime!(p * each);
        if i < buffers.index(first).len() {
            let mut values = Sequence::<f32>::new();
            values.push(buffers.index(first)[i]);
            let gradient = buffers.index(comptime!(first + 1))[i];
            if clipped {
                values.push(gradient * factor.index(0)[0]);
            } else {
                values.push(gradient);
            }
            #[unroll]
            for k in 2..each {
                values.push(buffers.index(comptime!(first + k))[i]);
            }
            evaluate(&mut values, constants, comptime!(p * constants_each), comptime!(ops.clone()));
            #[unroll]
            for r in 0..results.len() {
                // Weight, then kept values; the gradient stays.
                let target = comptime!(if r == 0 { first } else { first + 1 + r });
                let value = values[comptime!(results[r])];
                buffers.index_mut(target)[i] = value;
            }
        }
    }
}

#[cube]
fn evaluate(
    values: &mut Sequence<f32>,
    constants: &Sequence<f32>,
    #[comptime] first_constant: usize,
    #[comptime] ops: Vec<Op>,
) {
    #[unroll]
    for n in 0..ops.len() {
        let value = match comptime!(ops[n]) {
            Op::Constant(c) => constants[comptime!(first_constant + c)],
            Op::Add(a, b) => values[a] + values[b],
            Op::Sub(a, b) => values[a] - values[b],
            Op::Mul(a, b) => values[a] * values[b],
            Op::Div(a, b) => values[a] / values[b],
            Op::Root(a) => values[a].sqrt(),
            Op::Abs(a) => values[a].abs(),
            Op::Recip(a) => 1.0f32 / values[a],
            Op::Max(a, b) => select(values[b] > values[a], values[b], values[a]),
            Op::Sign(a) => {
                select(values[a] > 0.0f32, 1.0f32, 0.0f32) - select(values[a] < 0.0f32, 1.0f32, 0.0f32)
            }
            Op::TowardZero(a, b) => {
                let below = select(values[a] > values[b], values[b], values[a]);
                values[a] - select(below < -values[b], -values[b], below)
            }
        };
        values.push(value);
    }
}
