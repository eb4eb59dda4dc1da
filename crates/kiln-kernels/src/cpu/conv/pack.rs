//! Weights in the order in which the micro-kernel reads them.

use pulp::Simd;

use super::correlation::Correlation;
use crate::cpu::arch::Arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::Blocks;

/// `[group][block of output channels][tap, input channel][column of the block]`, zeros for columns beyond the last.
#[derive(Debug)]
pub(super) struct Packed {
    data: Scratch,
    /// Length of one group, and of one row of a block per column.
    group: usize,
    depth: usize,
}

impl Packed {
    pub(super) fn new(arch: Arch, blocks: Blocks, correlation: &Correlation, weight: &[f32]) -> Self {
        let depth = correlation.taps * correlation.cin;
        let group = depth * blocks.padded();
        let mut data = Scratch::take(correlation.groups * group);
        let task = Pack { blocks, correlation, weight, group, depth, out: Shared::new(&mut data) };
        for_each(arch, correlation.groups * blocks.count(), correlation.groups * group * MEMORY, &task);
        Self { data, group, depth }
    }

    /// The panel of the columns that start at `first`, from tap `tap` on.
    #[inline(always)]
    pub(super) fn panel(&self, group: usize, first: usize, width: usize, row: usize) -> &[f32] {
        let start = group * self.group + first * self.depth;
        &self.data[start + row * width..start + self.depth * width]
    }
}

struct Pack<'a> {
    blocks: Blocks,
    correlation: &'a Correlation,
    weight: &'a [f32],
    group: usize,
    depth: usize,
    out: Shared<'a, f32>,
}

impl Task for Pack<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (group, block) = (index / self.blocks.count(), self.blocks.get(index % self.blocks.count()));
        let start = group * self.group + block.first * self.depth;
        // SAFETY: each task has its own block.
        let out = unsafe { self.out.slice(start..start + self.depth * block.width) };
        let weight = &self.weight[group * self.correlation.w_group..][..self.correlation.w_group];
        let (w_in, w_out) = (self.correlation.w_in, self.correlation.w_out);
        let mut rows = out.chunks_exact_mut(block.width);
        for sweep in &self.correlation.sweeps {
            for &(_, position) in &sweep.taps {
                for (input, row) in rows.by_ref().take(self.correlation.cin).enumerate() {
                    let start = block.first * w_out + input * w_in + position;
                    for (column, value) in row[..block.len].iter_mut().enumerate() {
                        *value = weight[start + column * w_out];
                    }
                    row[block.len..].fill(0.0);
                }
            }
        }
    }
}
