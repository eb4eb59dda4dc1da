//! Matrix products, by the register blocks of [`tile`](super::tile).

use pulp::Simd;

use super::conv::BlocksOf;
use super::order::transpose;
use super::parallel::{Shared, Task, cut, for_each, piece};
use super::scratch::Scratch;
use super::tile::{Block, Blocks, Run, Segment, Start};
use crate::cpu::arch::Arch;

/// The right factor, `[depth, cols]`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Factor<'a> {
    /// In memory as it is.
    Rows(&'a [f32]),
    /// Transposed: `[cols, depth]`.
    Columns(&'a [f32]),
    /// In [`panels`](super::panels): `[block][depth][column of the block]`.
    Panels(&'a [f32]),
}

/// `c = a · b + bias`, `c` `[rows, cols]`; `a`'s element `(i, d)` is at `i · a_row + d · a_step`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product<'a> {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    pub(crate) cols: usize,
    pub(crate) a: &'a [f32],
    pub(crate) a_row: usize,
    pub(crate) a_step: usize,
    pub(crate) b: Factor<'a>,
    pub(crate) bias: Option<&'a [f32]>,
}

/// Depth that is packed at once: 64 columns of it are 128 KiB, a small part of a core's L2.
const DEPTH: usize = cut(512, 8);

/// Tasks to aim at for each thread, and the fewest rows for which a task may pack its columns once more than others do. No
/// element's sum is divided, so that the bits do not depend on how many tasks there are.
const TASKS: usize = 4;
const ROWS: usize = cut(48, 4);

/// Floats of a row of the right factor up to which its columns are read where they are: rows further apart cost more than
/// to pack them.
const NEAR: usize = 128;

impl Product<'_> {
    /// # Panics
    /// If a factor is too short or `c` is not `rows · cols` long.
    pub(crate) fn compute(self, arch: Arch, relu: bool, c: &mut [f32]) {
        self.run(arch, relu, false, c);
    }

    /// `c += a · b`.
    ///
    /// # Panics
    /// As [`Product::compute`].
    pub(crate) fn add_to(self, arch: Arch, c: &mut [f32]) {
        self.run(arch, false, true, c);
    }

    fn run(self, arch: Arch, relu: bool, onto: bool, c: &mut [f32]) {
        let Self { rows, depth, cols, .. } = self;
        assert_eq!(c.len(), rows * cols, "product: c");
        if c.is_empty() {
            return;
        }
        let blocks = arch.dispatch(BlocksOf(cols));
        match self.b {
            Factor::Rows(b) | Factor::Columns(b) => assert_eq!(b.len(), depth * cols, "product: b"),
            Factor::Panels(b) => assert_eq!(b.len(), depth * blocks.padded(), "product: panels"),
        }
        let last = (rows - 1) * self.a_row + depth.saturating_sub(1) * self.a_step;
        assert!(depth == 0 || last < self.a.len(), "product: a");
        let tasks = TASKS * rayon::current_num_threads();
        let chunks = tasks.div_ceil(blocks.count()).min(rows / ROWS).max(1);
        let per = rows.div_ceil(chunks);
        let task =
            Compute { product: self, relu, onto, blocks, per, chunks: rows.div_ceil(per), c: Shared::new(c) };
        for_each(arch, blocks.count() * task.chunks, 2 * rows * depth * cols, &task);
    }
}

struct Compute<'a> {
    product: Product<'a>,
    relu: bool,
    /// Whether what `c` holds is part of the sums.
    onto: bool,
    blocks: Blocks,
    /// Rows of a chunk.
    per: usize,
    chunks: usize,
    c: Shared<'a, f32>,
}

impl Task for Compute<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let Product { rows, depth, cols, a, a_row, a_step, b, bias } = self.product;
        let block = self.blocks.get(index / self.chunks);
        let rows = piece(index % self.chunks, self.per, rows);
        let mut first = Scratch::zeroed(block.width);
        if let Some(bias) = bias {
            first[..block.len].copy_from_slice(&bias[block.first..][..block.len]);
        }
        // The columns of the block where they are, and how far their rows are apart.
        let in_place = match b {
            Factor::Rows(b) if depth > 0 && cols <= NEAR && block.len == block.width => {
                Some((&b[block.first..], cols))
            }
            Factor::Panels(b) => Some((&b[block.first * depth..][..depth * block.width], block.width)),
            _ => None,
        };
        let mut panel = Scratch::take(if in_place.is_some() { 0 } else { DEPTH.min(depth) * block.width });
        let start = rows.start * cols + block.first;
        let c = self.c.pointer(start, (rows.len() - 1) * cols + block.len);
        // At least once, so that an empty sum is written too.
        for from in (0..depth.max(1)).step_by(DEPTH) {
            let len = DEPTH.min(depth - from);
            let (b, b_step) = match in_place {
                Some((b, step)) => (b[from * step..].as_ptr(), step),
                None => {
                    self.pack(block, from, len, &mut panel);
                    (panel.as_ptr(), block.width)
                }
            };
            let run = Run {
                a: a.as_ptr().wrapping_add(rows.start * a_row + from * a_step),
                a_row,
                a_step,
                b,
                b_step,
                segments: &[Segment { a: 0, b: 0 }],
                len,
                c,
                c_row: cols,
                rows: rows.len(),
                lines: 1,
                a_line: 0,
                c_line: 0,
                nv: block.nv,
                cols: block.len,
                start: match from == 0 && !self.onto {
                    true => Start::Bias(first.as_ptr()),
                    false => Start::Accumulate,
                },
                relu: self.relu && from + len == depth,
            };
            // SAFETY: `compute` checked `a` and the length of `b`; the panel has `len` rows of the block's width, or so has `b` itself; `pointer` checked `c`, of
            // which each task has its own rows and columns.
            unsafe { run.run(simd) };
        }
    }
}

impl Compute<'_> {
    /// Rows `from..from + len` of `b`'s columns in `block`, side by side; zeros in columns beyond the last.
    #[inline(always)]
    fn pack(&self, block: Block, from: usize, len: usize, panel: &mut [f32]) {
        let Product { depth, cols, b, .. } = self.product;
        match b {
            Factor::Rows(b) => {
                for (row, to) in panel.chunks_exact_mut(block.width).take(len).enumerate() {
                    to[..block.len].copy_from_slice(&b[(from + row) * cols + block.first..][..block.len]);
                    to[block.len..].fill(0.0);
                }
            }
            Factor::Columns(b) => {
                if block.len < block.width {
                    panel.fill(0.0);
                }
                if len > 0 {
                    transpose(&b[block.first * depth + from..], block.len, len, depth, panel, block.width);
                }
            }
            // They are read where they are.
            Factor::Panels(_) => {}
        }
    }
}
