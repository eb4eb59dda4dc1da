//! The sums of all chunks added up, in the order of the weight.

use pulp::Simd;

use super::Split;
use crate::cpu::arch::Arch;
use crate::cpu::conv::correlation::Correlation;
use crate::cpu::conv::direct::BlocksOf;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};
use crate::cpu::tile::load;

/// Adds the chunks' sums up: `dw` and `db` of the columns of `correlation`.
pub(in super::super) fn finish(
    arch: Arch,
    correlation: &Correlation,
    split: Split,
    partial: &[f32],
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    let blocks = arch.dispatch(BlocksOf(correlation.cout));
    let padded = blocks.padded();
    let task = Finish { correlation, padded, split, partial, dw: Shared::new(dw), db: db.map(Shared::new) };
    for_each(arch, correlation.groups * padded / blocks.lanes, split.partial_len() * MEMORY, &task);
}

/// Adds the chunks up and puts `[tap, channel][column]` into the order of the weight.
struct Finish<'a> {
    correlation: &'a Correlation,
    padded: usize,
    split: Split,
    partial: &'a [f32],
    dw: Shared<'a, f32>,
    db: Option<Shared<'a, f32>>,
}

impl Task for Finish<'_> {
    /// One vector of columns.
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let correlation = self.correlation;
        let lanes = S::F32_LANES;
        let column = index * lanes;
        let (group, first) = (column / self.padded, column % self.padded);
        let there = correlation.cout.saturating_sub(first).min(lanes);
        let size = correlation.cin * correlation.taps;
        let start = group * correlation.w_group + first * size;
        // SAFETY: each task has its own output channels.
        let dw = unsafe { self.dw.slice(start..start + there * size) };
        let sum = |row| {
            let mut sum = simd.splat_f32s(0.0);
            for chunk in 0..self.split.chunks {
                let at = self.split.find(chunk, row, column);
                let part = &self.partial[at..at + lanes];
                // SAFETY: `part` is a whole vector.
                sum = simd.add_f32s(sum, unsafe { load::<S>(part.as_ptr()) });
            }
            sum
        };
        for (tap, &(_, position)) in correlation.sweeps[0].taps.iter().enumerate() {
            for c in 0..correlation.cin {
                let sum = sum(tap * correlation.cin + c);
                for lane in 0..there {
                    dw[lane * size + c * correlation.taps + position] = lane_of::<S>(&sum, lane);
                }
            }
        }
        if let Some(db) = &self.db {
            let sum = sum(size);
            let start = group * correlation.cout + first;
            // SAFETY: as above.
            let db = unsafe { db.slice(start..start + there) };
            for (lane, db) in db.iter_mut().enumerate() {
                *db = lane_of::<S>(&sum, lane);
            }
        }
    }
}

/// Element `lane` of a vector.
#[inline(always)]
pub(super) fn lane_of<S: Simd>(vector: &S::f32s, lane: usize) -> f32 {
    assert!(lane < S::F32_LANES);
    // SAFETY: a vector is that many floats.
    unsafe { std::ptr::from_ref(vector).cast::<f32>().add(lane).read() }
}
