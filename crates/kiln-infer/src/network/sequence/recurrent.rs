//! Recurrent layers.

use kiln_kernels::cpu::{Act, GruStates, LstmStates, PackedLinear, RecurrentShape, gru, lstm};

use super::grid::{Grid, Part};
use crate::error::InferError;
use crate::file::Tensors;
use crate::network::shape::wrong;
use crate::plan::Cell;

/// Tokens `[steps, inputs]` to states `[steps, hidden]`.
#[derive(Debug)]
pub(super) struct Recurrent {
    cell: Cell,
    hidden: usize,
    of_inputs: PackedLinear,
    of_states: Vec<f32>,
    state_bias: Vec<f32>,
}

impl Recurrent {
    pub(super) fn new(tensors: &Tensors, layer: &str, inputs: usize, cell: Cell) -> Result<Self, InferError> {
        let gates = match cell {
            Cell::Lstm => 4,
            Cell::Gru => 3,
        };
        let ([hidden, _], _) = tensors.get::<2>(layer, "of_states")?;
        let columns = hidden.saturating_mul(gates);
        if hidden == 0 {
            return Err(wrong(layer, "its state has no numbers".to_owned()));
        }
        let of_states = tensors.of(layer, "of_states", [hidden, columns])?.to_vec();
        let of_inputs = tensors.of(layer, "of_inputs", [inputs, columns])?;
        let mut input_bias = tensors.of(layer, "input_bias", [columns])?.to_vec();
        let state_bias = tensors.of(layer, "state_bias", [columns])?.to_vec();
        if cell == Cell::Lstm {
            input_bias.iter_mut().zip(&state_bias).for_each(|(bias, more)| *bias += more);
        }
        let of_inputs = PackedLinear::new([inputs, columns], of_inputs, Some(&input_bias));
        Ok(Self { cell, hidden, of_inputs, of_states, state_bias })
    }

    pub(super) fn hidden(&self) -> usize {
        self.hidden
    }
}

impl Part for Recurrent {
    fn run(&self, x: Grid) -> Grid {
        let (steps, columns) = (x.rows, self.of_inputs.outputs());
        let zeros = |each: usize| vec![0.0f32; steps * each];
        let mut inputs = zeros(columns);
        self.of_inputs.apply(steps, &x.numbers, Act::None, &mut inputs);
        let shape = RecurrentShape { items: 1, steps, hidden: self.hidden };
        let (mut hidden, mut more, mut gates) = (zeros(self.hidden), zeros(self.hidden), zeros(columns));
        match self.cell {
            Cell::Lstm => {
                let states = LstmStates { hidden: &mut hidden, cells: &mut more, gates: &mut gates };
                lstm(shape, &inputs, &self.of_states, states);
            }
            Cell::Gru => {
                let states = GruStates { hidden: &mut hidden, gates: &mut gates, carried: &mut more };
                gru(shape, &inputs, &self.of_states, &self.state_bias, states);
            }
        }
        x.with(self.hidden, hidden)
    }
}
