//! A window of the image, resized with a triangle filter that is as wide as an output pixel: torchvision's `resized_crop`
//! with `antialias=True`. For 8-bit pixels PyTorch computes in whole numbers, and so do we: the bytes are the same.

use super::{Axis, Lattice};
use crate::{Image, Pixel};

/// A window and the size it becomes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resize {
    /// Row and column of the upper left pixel.
    pub(crate) corner: [usize; 2],
    /// Height and width of the window.
    pub(crate) window: [usize; 2],
    /// Height and width of the result.
    pub(crate) size: [usize; 2],
    /// Whether rows and columns of the result are backwards.
    pub(crate) flip: [bool; 2],
}

impl Resize {
    /// This and a flip; nothing when `next` is more than a flip.
    pub(crate) fn flipped(&self, next: &Lattice) -> Option<Self> {
        let mut flipped = self.clone();
        for (axis, flip) in flipped.flip.iter_mut().enumerate() {
            let len = self.size[axis];
            if next.axes[axis] == Axis::reversed(len) {
                *flip = !*flip;
            } else if !next.axes[axis].is_whole(len) {
                return None;
            }
        }
        Some(flipped)
    }

    pub(crate) fn apply<T: Pixel>(&self, image: &mut Image<T>) {
        let [channels, height, width] = image.shape();
        let [top, left] = [self.corner[0].min(height), self.corner[1].min(width)];
        let [rows, columns] = [self.window[0].min(height - top), self.window[1].min(width - left)];
        let shape = [channels, self.size[0], self.size[1]];
        if channels * rows * columns == 0 || shape.contains(&0) {
            image.rewrite(shape, |_, target| target.fill(T::default()));
            return;
        }
        let down = T::taps(&Triangle::new(rows, self.size[0], self.flip[0]));
        let across = T::taps(&Triangle::new(columns, self.size[1], self.flip[1]));
        let mut between = vec![T::default(); rows * self.size[1]];
        image.rewrite(shape, |source, target| {
            let planes =
                source.chunks_exact(height * width).zip(target.chunks_exact_mut(shape[1] * shape[2]));
            for (source, target) in planes {
                let lines =
                    source[top * width..].chunks(width).take(rows).map(|row| &row[left..left + columns]);
                for (line, between) in lines.zip(between.chunks_exact_mut(shape[2])) {
                    T::across(&across, line, between);
                }
                for (y, target) in target.chunks_exact_mut(shape[2]).enumerate() {
                    T::down(&down, y, &between, target);
                }
            }
        });
    }
}

/// The filter of one axis before it is made ready for a kind of pixel. Sums of weights are 1.
#[derive(Debug)]
pub struct Triangle {
    /// First input of every output.
    starts: Vec<usize>,
    /// Inputs of every output; at the edges some have the weight 0.
    reach: usize,
    /// `reach` weights an output.
    weights: Vec<f64>,
}

impl Triangle {
    fn new(input: usize, output: usize, flip: bool) -> Self {
        let scale = input as f64 / output as f64;
        let support = scale.max(1.0);
        let inverse = 1.0 / support;
        let reach = (support.ceil() as usize * 2 + 1).min(input);
        let mut starts = Vec::with_capacity(output);
        let mut weights = vec![0.0; output * reach];
        for (index, weights) in weights.chunks_exact_mut(reach).enumerate() {
            let index = if flip { output - 1 - index } else { index };
            let centre = scale * (index as f64 + 0.5);
            let first = (centre - support + 0.5).max(0.0) as usize;
            let last = ((centre + support + 0.5) as usize).min(input).min(first + reach);
            // The first input is moved so that `reach` of them can be read everywhere.
            let start = first.min(input - reach);
            let mut total = 0.0;
            for place in first..last {
                let weight = (1.0 - ((place as f64 - centre + 0.5) * inverse).abs()).max(0.0);
                weights[place - start] = weight;
                total += weight;
            }
            weights.iter_mut().for_each(|weight| *weight /= total);
            starts.push(start);
        }
        Self { starts, reach, weights }.trimmed()
    }

    /// Without the columns of weights that are 0 for every output.
    fn trimmed(mut self) -> Self {
        while self.reach > 1 && self.weights.chunks_exact(self.reach).all(|row| row[self.reach - 1] == 0.0) {
            let reach = self.reach - 1;
            self.weights =
                self.weights.chunks_exact(self.reach).flat_map(|row| &row[..reach]).copied().collect();
            self.reach = reach;
        }
        self
    }
}

/// A pixel that can be filtered.
pub trait Filtered: Sized {
    /// The weights as they are used.
    type Taps;
    /// Makes the weights ready.
    fn taps(filter: &Triangle) -> Self::Taps;
    /// Filters one row.
    fn across(taps: &Self::Taps, source: &[Self], target: &mut [Self]);
    /// Filters the columns, for output row `y`.
    fn down(taps: &Self::Taps, y: usize, source: &[Self], target: &mut [Self]);
}

/// Whole weights: `weight · 2^precision`.
#[derive(Debug)]
pub struct WholeTaps {
    starts: Vec<usize>,
    reach: usize,
    weights: Vec<i16>,
    precision: u32,
}

impl Filtered for u8 {
    type Taps = WholeTaps;

    fn taps(filter: &Triangle) -> WholeTaps {
        let largest = filter.weights.iter().copied().fold(0.0, f64::max);
        // As many bits as the largest weight can have in an i16, as PyTorch counts them.
        let fits = |precision: u32| 0.5 + largest * f64::from(1 << (precision + 1)) < f64::from(1 << 15);
        let precision = (0..22).take_while(|precision| fits(*precision)).count() as u32;
        let whole = |weight: &f64| (0.5 + weight * f64::from(1 << precision)) as i16;
        WholeTaps {
            starts: filter.starts.clone(),
            reach: filter.reach,
            weights: filter.weights.iter().map(whole).collect(),
            precision,
        }
    }

    fn across(taps: &WholeTaps, source: &[u8], target: &mut [u8]) {
        match taps.reach {
            1 => taps.across::<1>(source, target),
            2 => taps.across::<2>(source, target),
            3 => taps.across::<3>(source, target),
            4 => taps.across::<4>(source, target),
            5 => taps.across::<5>(source, target),
            reach => {
                let weights = taps.weights.chunks_exact(reach);
                for ((target, start), weights) in target.iter_mut().zip(&taps.starts).zip(weights) {
                    let pixels = &source[*start..*start + reach];
                    let sum: i32 =
                        pixels.iter().zip(weights).map(|(p, w)| i32::from(*p) * i32::from(*w)).sum();
                    *target = rounded(sum, taps.precision);
                }
            }
        }
    }

    fn down(taps: &WholeTaps, y: usize, source: &[u8], target: &mut [u8]) {
        let width = target.len();
        let weights = &taps.weights[y * taps.reach..][..taps.reach];
        let rows = &source[taps.starts[y] * width..][..taps.reach * width];
        match taps.reach {
            1 => sum_rows::<1>(rows, weights, taps.precision, target),
            2 => sum_rows::<2>(rows, weights, taps.precision, target),
            3 => sum_rows::<3>(rows, weights, taps.precision, target),
            4 => sum_rows::<4>(rows, weights, taps.precision, target),
            5 => sum_rows::<5>(rows, weights, taps.precision, target),
            _ => {
                for (x, target) in target.iter_mut().enumerate() {
                    let column = rows[x..].iter().step_by(width);
                    let sum = column.zip(weights).map(|(p, w)| i32::from(*p) * i32::from(*w)).sum();
                    *target = rounded(sum, taps.precision);
                }
            }
        }
    }
}

/// Back from whole weights, half up; weights are not negative and sum to 1, or to a little more by their roundings.
#[inline]
fn rounded(sum: i32, precision: u32) -> u8 {
    ((sum + ((1 << precision) >> 1)) >> precision).min(255) as u8
}

impl WholeTaps {
    fn across<const REACH: usize>(&self, source: &[u8], target: &mut [u8]) {
        let (weights, _) = self.weights.as_chunks::<REACH>();
        for ((target, start), weights) in target.iter_mut().zip(&self.starts).zip(weights) {
            let pixels = &source[*start..*start + REACH];
            let mut sum = 0;
            for tap in 0..REACH {
                sum += i32::from(pixels[tap]) * i32::from(weights[tap]);
            }
            *target = rounded(sum, self.precision);
        }
    }
}

/// The weighted sum of `REACH` rows, which follow each other in memory.
fn sum_rows<const REACH: usize>(rows: &[u8], weights: &[i16], precision: u32, target: &mut [u8]) {
    let width = target.len();
    let rows: [&[u8]; REACH] = std::array::from_fn(|tap| &rows[tap * width..(tap + 1) * width]);
    let weights: [i32; REACH] = std::array::from_fn(|tap| i32::from(weights[tap]));
    for (x, target) in target.iter_mut().enumerate() {
        let mut sum = 0;
        for tap in 0..REACH {
            sum += i32::from(rows[tap][x]) * weights[tap];
        }
        *target = rounded(sum, precision);
    }
}

/// Weights in f32.
#[derive(Debug)]
pub struct FloatTaps {
    starts: Vec<usize>,
    reach: usize,
    weights: Vec<f32>,
}

impl Filtered for f32 {
    type Taps = FloatTaps;

    fn taps(filter: &Triangle) -> FloatTaps {
        let weights = filter.weights.iter().map(|weight| *weight as f32).collect();
        FloatTaps { starts: filter.starts.clone(), reach: filter.reach, weights }
    }

    fn across(taps: &FloatTaps, source: &[f32], target: &mut [f32]) {
        let weights = taps.weights.chunks_exact(taps.reach);
        for ((target, start), weights) in target.iter_mut().zip(&taps.starts).zip(weights) {
            let pixels = &source[*start..*start + taps.reach];
            *target = pixels.iter().zip(weights).map(|(pixel, weight)| pixel * weight).sum();
        }
    }

    fn down(taps: &FloatTaps, y: usize, source: &[f32], target: &mut [f32]) {
        let width = target.len();
        target.fill(0.0);
        let weights = &taps.weights[y * taps.reach..][..taps.reach];
        for (row, weight) in source[taps.starts[y] * width..].chunks_exact(width).zip(weights) {
            target.iter_mut().zip(row).for_each(|(target, pixel)| *target += pixel * weight);
        }
    }
}
