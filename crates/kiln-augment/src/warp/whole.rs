//! Resizing of 8-bit pixels with whole weights, as PyTorch does it: both passes round to 8 bits.
//!
//! The sums of whole numbers are added up as f32, scaled by a power of two: exact as long as a weight has at most 15 bits
//! after the point, which is so unless the image shrinks to less than half. In f32 the processor's plainest vector
//! instructions do it, on strips of eight rows that are turned on their side, so that what is weighted alike lies side by
//! side.

use super::resize::{Filtered, Triangle};

/// Rows of a strip.
const LANES: usize = 8;

/// Whole weights: `weight · 2^precision`.
#[derive(Debug)]
pub struct WholeTaps {
    starts: Vec<usize>,
    reach: usize,
    weights: Vec<i16>,
    precision: u32,
    /// The weights as shares, where sums of them are exact.
    exact: Option<Vec<f32>>,
}

/// Memory for a plane.
#[derive(Debug, Default)]
pub struct Strips {
    /// Eight rows on their side.
    strip: Vec<[f32; LANES]>,
    /// The plane after the first pass, in whole numbers.
    between: Vec<f32>,
}

/// What makes an exact sum round half up when it is added first: half of the last place.
fn upwards(precision: u32) -> f32 {
    0.5 / (1u32 << precision) as f32
}

/// Adding and taking away 2²³ rounds to whole numbers in every vector unit.
const SHIFT: f32 = 8_388_608.0;

impl Filtered for u8 {
    type Taps = WholeTaps;
    type Scratch = Strips;

    fn taps(filter: &Triangle) -> WholeTaps {
        let largest = filter.weights.iter().copied().fold(0.0, f64::max);
        // As many bits as the largest weight can have in an i16, as PyTorch counts them.
        let fits = |precision: u32| 0.5 + largest * f64::from(1 << (precision + 1)) < f64::from(1 << 15);
        let precision = (0..22).take_while(|precision| fits(*precision)).count() as u32;
        let whole = |weight: &f64| (0.5 + weight * f64::from(1 << precision)) as i16;
        let weights: Vec<i16> = filter.weights.iter().map(whole).collect();
        // 8 bits before the point, the precision and one more behind it: the 24 of an f32.
        let share = |weight: &i16| f32::from(*weight) / (1u32 << precision) as f32;
        let exact = (precision <= 15 && filter.reach <= 8).then(|| weights.iter().map(share).collect());
        WholeTaps { starts: filter.starts.clone(), reach: filter.reach, weights, precision, exact }
    }

    fn resize<'a>(
        rows: impl ExactSizeIterator<Item = &'a [u8]>,
        across: &WholeTaps,
        down: &WholeTaps,
        scratch: &mut Strips,
        target: &mut [u8],
    ) {
        let width = across.starts.len();
        let (height, rows) = (rows.len(), rows.collect::<Vec<_>>());
        scratch.between.resize(height.next_multiple_of(LANES) * width, 0.0);
        for (rows, between) in rows.chunks(LANES).zip(scratch.between.chunks_exact_mut(LANES * width)) {
            across.rows(rows, &mut scratch.strip, between);
        }
        down.columns(&scratch.between, target);
    }
}

impl WholeTaps {
    /// Filters up to eight rows into as many rows of `target`.
    fn rows(&self, rows: &[&[u8]], strip: &mut Vec<[f32; LANES]>, target: &mut [f32]) {
        let Some(weights) = &self.exact else {
            return self.rows_in_integers(rows, target);
        };
        on_their_side(rows, strip);
        match self.reach {
            1 => self.strip::<1>(strip, weights, target),
            2 => self.strip::<2>(strip, weights, target),
            3 => self.strip::<3>(strip, weights, target),
            4 => self.strip::<4>(strip, weights, target),
            5 => self.strip::<5>(strip, weights, target),
            6 => self.strip::<6>(strip, weights, target),
            7 => self.strip::<7>(strip, weights, target),
            _ => self.strip::<8>(strip, weights, target),
        }
    }

    fn strip<const REACH: usize>(&self, strip: &[[f32; LANES]], weights: &[f32], target: &mut [f32]) {
        let width = self.starts.len();
        let first = upwards(self.precision);
        let (weights, _) = weights.as_chunks::<REACH>();
        let (blocks, rest) = self.starts.as_chunks::<4>();
        // Loops over plain arrays here, not `map`: the calls would stay in the code.
        let mut sums = [[0.0; LANES]; 4];
        for (block, starts) in blocks.iter().enumerate() {
            let x = 4 * block;
            let weights = &weights[x..x + 4];
            for place in 0..4 {
                sums[place] = weigh(strip, starts[place], &weights[place], first);
            }
            for lane in 0..LANES {
                let target = &mut target[lane * width + x..lane * width + x + 4];
                for place in 0..4 {
                    target[place] = sums[place][lane];
                }
            }
        }
        let done = width - rest.len();
        for (index, start) in rest.iter().enumerate() {
            let sum = weigh(strip, *start, &weights[done + index], first);
            for lane in 0..LANES {
                target[lane * width + done + index] = sum[lane];
            }
        }
    }

    fn rows_in_integers(&self, rows: &[&[u8]], target: &mut [f32]) {
        for (row, target) in rows.iter().zip(target.chunks_exact_mut(self.starts.len())) {
            let weights = self.weights.chunks_exact(self.reach);
            for ((target, start), weights) in target.iter_mut().zip(&self.starts).zip(weights) {
                let pixels = &row[*start..*start + self.reach];
                let sum = pixels.iter().zip(weights).map(|(p, w)| i32::from(*p) * i32::from(*w)).sum();
                *target = f32::from(self.rounded(sum));
            }
        }
    }

    /// Filters the columns of the plane that the first pass left.
    fn columns(&self, source: &[f32], target: &mut [u8]) {
        let width = target.len() / self.starts.len();
        for (y, (target, start)) in target.chunks_exact_mut(width).zip(&self.starts).enumerate() {
            let rows = &source[start * width..(start + self.reach) * width];
            let place = y * self.reach..(y + 1) * self.reach;
            let Some(weights) = &self.exact else {
                let weights = &self.weights[place];
                for (x, target) in target.iter_mut().enumerate() {
                    let column = rows[x..].iter().step_by(width);
                    let sum =
                        column.zip(weights).map(|(pixel, weight)| *pixel as i32 * i32::from(*weight)).sum();
                    *target = self.rounded(sum);
                }
                continue;
            };
            let weights = &weights[place];
            match self.reach {
                1 => self.sum_rows::<1>(rows, weights, target),
                2 => self.sum_rows::<2>(rows, weights, target),
                3 => self.sum_rows::<3>(rows, weights, target),
                4 => self.sum_rows::<4>(rows, weights, target),
                5 => self.sum_rows::<5>(rows, weights, target),
                6 => self.sum_rows::<6>(rows, weights, target),
                7 => self.sum_rows::<7>(rows, weights, target),
                _ => self.sum_rows::<8>(rows, weights, target),
            }
        }
    }

    /// The weighted sum of `REACH` rows, which follow each other in memory.
    fn sum_rows<const REACH: usize>(&self, rows: &[f32], weights: &[f32], target: &mut [u8]) {
        let width = target.len();
        let rows: [&[f32]; REACH] = std::array::from_fn(|tap| &rows[tap * width..(tap + 1) * width]);
        let weights: [f32; REACH] = std::array::from_fn(|tap| weights[tap]);
        let first = upwards(self.precision);
        for (x, target) in target.iter_mut().enumerate() {
            let mut sum = first;
            for tap in 0..REACH {
                sum += rows[tap][x] * weights[tap];
            }
            // The whole number stands in the last bits.
            *target = (sum + SHIFT).to_bits() as u8;
        }
    }

    /// Back from whole weights, half up; they sum to 1, or to a little more by their roundings.
    fn rounded(&self, sum: i32) -> u8 {
        ((sum + ((1 << self.precision) >> 1)) >> self.precision).min(255) as u8
    }
}

/// The weighted sum of `REACH` columns of a strip, rounded.
#[inline(always)]
fn weigh<const REACH: usize>(
    strip: &[[f32; LANES]],
    start: usize,
    weights: &[f32; REACH],
    first: f32,
) -> [f32; LANES] {
    let columns = &strip[start..start + REACH];
    let mut sums = [first; LANES];
    for tap in 0..REACH {
        for lane in 0..LANES {
            sums[lane] += columns[tap][lane] * weights[tap];
        }
    }
    for sum in &mut sums {
        *sum = (*sum + SHIFT) - SHIFT;
    }
    sums
}

/// Turns up to eight rows on their side, as numbers; missing rows are copies of the last.
fn on_their_side(rows: &[&[u8]], strip: &mut Vec<[f32; LANES]>) {
    let width = rows[0].len();
    let rows: [&[u8]; LANES] = std::array::from_fn(|lane| &rows[lane.min(rows.len() - 1)][..width]);
    strip.resize(width, [0.0; LANES]);
    let (blocks, rest) = strip.as_chunks_mut::<LANES>();
    for (block, columns) in blocks.iter_mut().enumerate() {
        let x = block * LANES;
        let mut bytes = [0; LANES];
        for lane in 0..LANES {
            bytes[lane] = u64::from_le_bytes(*rows[lane][x..].first_chunk().unwrap_or(&[0; LANES]));
        }
        transpose(&mut bytes);
        for (column, bytes) in columns.iter_mut().zip(bytes) {
            for (number, byte) in column.iter_mut().zip(bytes.to_le_bytes()) {
                *number = f32::from(byte);
            }
        }
    }
    let done = width - rest.len();
    for (place, column) in rest.iter_mut().enumerate() {
        for lane in 0..LANES {
            column[lane] = f32::from(rows[lane][done + place]);
        }
    }
}

/// Rows and columns of eight times eight bytes change places: halves, quarters, eighths.
fn transpose(rows: &mut [u64; LANES]) {
    for (step, mask) in [(4, 0x0000_0000_ffff_ffff), (2, 0x0000_ffff_0000_ffff), (1, 0x00ff_00ff_00ff_00ff)] {
        for row in (0..LANES).filter(|row| row & step == 0) {
            let swap = ((rows[row] >> (8 * step)) ^ rows[row + step]) & mask;
            rows[row + step] ^= swap;
            rows[row] ^= swap << (8 * step);
        }
    }
}
