//! Weights in panels: the columns of a block side by side.

use pulp::Simd;

use crate::cpu::arch::Arch;
use crate::cpu::order::transpose;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};
use crate::cpu::scratch::Scratch;
use crate::cpu::tile::Blocks;

/// `[block][depth][column of the block]` of a weight `[columns, depth]`.
pub(super) fn of_columns(arch: Arch, blocks: Blocks, depth: usize, weight: &[f32]) -> Scratch {
    pack(arch, blocks, depth, weight, true)
}

/// `[block][depth][column of the block]` of a weight `[depth, columns]`.
pub(super) fn of_rows(arch: Arch, blocks: Blocks, depth: usize, weight: &[f32]) -> Scratch {
    pack(arch, blocks, depth, weight, false)
}

fn pack(arch: Arch, blocks: Blocks, depth: usize, weight: &[f32], transposed: bool) -> Scratch {
    let mut out = Scratch::take(depth * blocks.padded());
    let cost = out.len() * MEMORY;
    for_each(
        arch,
        blocks.count(),
        cost,
        &Pack { blocks, depth, weight, transposed, out: Shared::new(&mut out) },
    );
    out
}

struct Pack<'a> {
    blocks: Blocks,
    depth: usize,
    weight: &'a [f32],
    transposed: bool,
    out: Shared<'a, f32>,
}

impl Task for Pack<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let block = self.blocks.get(index);
        let start = block.first * self.depth;
        // SAFETY: each task has its own block.
        let panel = unsafe { self.out.slice(start..start + self.depth * block.width) };
        if self.transposed {
            if block.len < block.width {
                panel.fill(0.0);
            }
            let weight = &self.weight[block.first * self.depth..];
            transpose(weight, block.len, self.depth, self.depth, panel, block.width);
        } else {
            let rows = self.weight.chunks_exact(self.blocks.len);
            for (row, to) in rows.zip(panel.chunks_exact_mut(block.width)) {
                to[..block.len].copy_from_slice(&row[block.first..][..block.len]);
                to[block.len..].fill(0.0);
            }
        }
    }
}
