//! Positions as rotations of queries and keys.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};

/// Rows of a task.
const ROWS: usize = cut(32, 2);

/// Cosine and sine of the angle of each pair of columns at each position.
#[derive(Clone, Debug)]
pub struct Angles {
    half: usize,
    /// `[position][cosines, sines]`, each of `half`.
    table: Vec<f32>,
}

impl Angles {
    /// For positions below `positions` and heads of `inner` columns: pair `i` of `inner / 2` turns by `position · base^(−2i / inner)`.
    ///
    /// # Panics
    /// If `inner` is odd.
    pub fn new(positions: usize, inner: usize, base: f64) -> Self {
        assert!(inner.is_multiple_of(2), "rotary: a head with an odd number of columns");
        let half = inner / 2;
        let mut table = Vec::with_capacity(positions * inner);
        for position in 0..positions {
            let angle = |i: usize| position as f64 * base.powf(-2.0 * i as f64 / inner as f64);
            table.extend((0..half).map(|i| angle(i).cos() as f32));
            table.extend((0..half).map(|i| angle(i).sin() as f32));
        }
        Self { half, table }
    }
}

/// Turns queries and keys by the angles of their positions (Su and others: RoFormer, 2021). Column `i` of the first half of a head and column `i` of its
/// second half are a pair, as in LLaMA: `(a, b)` becomes `(a cos − b sin, b cos + a sin)`. Values are copied. `back` turns the other way, which is the
/// gradient.
///
/// `qkv`, `y`: `[rows, 3 · heads · inner]`; `positions`: `[rows]`.
///
/// # Panics
/// If a slice's length does not fit, or a position has no angle.
pub fn rotary(heads: usize, angles: &Angles, positions: &[u32], qkv: &[f32], back: bool, y: &mut [f32]) {
    let inner = 2 * angles.half;
    let columns = 3 * heads * inner;
    assert_eq!(qkv.len(), positions.len() * columns, "rotary: qkv");
    assert_eq!(y.len(), qkv.len(), "rotary: y");
    let known = angles.table.len() / inner.max(1);
    assert!(positions.iter().all(|&at| (at as usize) < known), "rotary: a position without an angle");
    let sign = if back { -1.0 } else { 1.0 };
    let task = Turn { heads, angles, positions, qkv, sign, y: Shared::new(y) };
    for_each(arch(), positions.len().div_ceil(ROWS), qkv.len() * MEMORY, &task);
}

struct Turn<'a> {
    heads: usize,
    angles: &'a Angles,
    positions: &'a [u32],
    qkv: &'a [f32],
    sign: f32,
    y: Shared<'a, f32>,
}

impl Task for Turn<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let half = self.angles.half;
        let (inner, turned) = (2 * half, 2 * self.heads * 2 * half);
        let columns = turned / 2 * 3;
        let rows = piece(index, ROWS, self.positions.len());
        let range = rows.start * columns..rows.end * columns;
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(range.clone()) };
        let lines = self.qkv[range].chunks_exact(columns.max(1)).zip(y.chunks_exact_mut(columns.max(1)));
        for (&position, (x, y)) in self.positions[rows].iter().zip(lines) {
            let (cosines, sines) = self.angles.table[position as usize * inner..][..inner].split_at(half);
            for (x, y) in x[..turned].chunks_exact(inner).zip(y[..turned].chunks_exact_mut(inner)) {
                let ((a, b), (y_a, y_b)) = (x.split_at(half), y.split_at_mut(half));
                for i in 0..half {
                    let sine = self.sign * sines[i];
                    y_a[i] = a[i] * cosines[i] - b[i] * sine;
                    y_b[i] = b[i] * cosines[i] + a[i] * sine;
                }
            }
            y[turned..].copy_from_slice(&x[turned..]);
        }
    }
}
