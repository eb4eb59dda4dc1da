//! Rows of a table by their numbers, and the sums that are their gradient.

use std::ops::Range;

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};

/// Numbers that a task copies, and rows of the table that a task of the gradient has at least.
const CHUNK: usize = cut(16 * 1024, 64);
const ROWS: usize = cut(16, 2);

/// `y[i] = table[ids[i]]`.
///
/// `table`: `[rows, width]`; `y`: `[ids.len(), width]`.
///
/// # Panics
/// If a slice's length does not fit, or an id is no row of the table.
pub fn embedding(width: usize, table: &[f32], ids: &[u32], y: &mut [f32]) {
    check(width, table.len(), ids);
    assert_eq!(y.len(), ids.len() * width, "embedding: y");
    let per = (CHUNK / width).max(1);
    let cost = y.len() * MEMORY;
    let task = Rows { width, per, table, ids, y: Shared::new(y) };
    for_each(arch(), ids.len().div_ceil(per), cost, &task);
}

fn check(width: usize, table: usize, ids: &[u32]) {
    assert!(width > 0 && table.is_multiple_of(width), "embedding: the table is not whole rows");
    let rows = table / width;
    assert!(ids.iter().all(|&id| (id as usize) < rows), "embedding: an id that is no row of the table");
}

struct Rows<'a> {
    width: usize,
    /// Ids of a task.
    per: usize,
    table: &'a [f32],
    ids: &'a [u32],
    y: Shared<'a, f32>,
}

impl Task for Rows<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (width, range) = (self.width, piece(index, self.per, self.ids.len()));
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(range.start * width..range.end * width) };
        for (&id, y) in self.ids[range].iter().zip(y.chunks_exact_mut(width)) {
            y.copy_from_slice(&self.table[id as usize * width..][..width]);
        }
    }
}

/// The gradient of [`embedding`] for the table: `dtable[r] = Σ g[i]` over the `i` with `ids[i] = r`, in rising order of `i`, so that the number of
/// threads changes no bit. Rows that no id names are 0.
///
/// `g`: `[ids.len(), width]`; `dtable`: `[rows, width]`.
///
/// # Panics
/// As [`embedding`].
pub fn embedding_grad(width: usize, ids: &[u32], g: &[f32], dtable: &mut [f32]) {
    check(width, dtable.len(), ids);
    assert_eq!(g.len(), ids.len() * width, "embedding_grad: g");
    let rows = dtable.len() / width;
    // Where each row's places begin among all, sorted by row.
    let mut starts = vec![0usize; rows + 1];
    ids.iter().for_each(|&id| starts[id as usize + 1] += 1);
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    let mut next = starts.clone();
    let mut places = vec![0u32; ids.len()];
    for (place, &id) in ids.iter().enumerate() {
        places[next[id as usize]] = place as u32;
        next[id as usize] += 1;
    }
    let pieces = cuts(&starts, (CHUNK / width).max(1));
    let cost = (g.len() + dtable.len()) * MEMORY;
    let task = Sums { width, pieces, starts: &starts, places: &places, g, dtable: Shared::new(dtable) };
    for_each(arch(), task.pieces.len(), cost, &task);
}

/// The rows, cut where there are enough sums to add or rows to fill.
fn cuts(starts: &[usize], places: usize) -> Vec<Range<usize>> {
    let (mut pieces, mut first) = (Vec::new(), 0);
    let rows = starts.len() - 1;
    for row in 0..rows {
        let many = starts[row + 1] - starts[first] >= places || row + 1 - first >= places.max(ROWS);
        if many || row + 1 == rows {
            pieces.push(first..row + 1);
            first = row + 1;
        }
    }
    pieces
}

struct Sums<'a> {
    width: usize,
    pieces: Vec<Range<usize>>,
    starts: &'a [usize],
    places: &'a [u32],
    g: &'a [f32],
    dtable: Shared<'a, f32>,
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let (width, rows) = (self.width, self.pieces[index].clone());
        // SAFETY: each task has its own rows.
        let sums = unsafe { self.dtable.slice(rows.start * width..rows.end * width) };
        for (row, sums) in rows.zip(sums.chunks_exact_mut(width)) {
            sums.fill(0.0);
            for &place in &self.places[self.starts[row]..self.starts[row + 1]] {
                let g = &self.g[place as usize * width..][..width];
                sums.iter_mut().zip(g).for_each(|(sum, g)| *sum += g);
            }
        }
    }
}
