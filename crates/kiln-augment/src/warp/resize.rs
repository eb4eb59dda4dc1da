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
        image.rewrite(shape, |source, target| {
            let mut scratch = T::Scratch::default();
            let planes =
                source.chunks_exact(height * width).zip(target.chunks_exact_mut(shape[1] * shape[2]));
            for (source, target) in planes {
                let lines =
                    source[top * width..].chunks(width).take(rows).map(|row| &row[left..left + columns]);
                T::resize(lines, &across, &down, &mut scratch, target);
            }
        });
    }
}

/// The filter of one axis before it is made ready for a kind of pixel. Sums of weights are 1.
#[derive(Debug)]
pub struct Triangle {
    /// First input of every output.
    pub(super) starts: Vec<usize>,
    /// Inputs of every output; at the edges some have the weight 0.
    pub(super) reach: usize,
    /// `reach` weights an output.
    pub(super) weights: Vec<f64>,
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
    /// Memory that one plane after the other can use.
    type Scratch: Default;
    /// Makes the weights ready.
    fn taps(filter: &Triangle) -> Self::Taps;
    /// Filters the rows and then the columns of a plane, given row by row.
    fn resize<'a>(
        rows: impl ExactSizeIterator<Item = &'a [Self]>,
        across: &Self::Taps,
        down: &Self::Taps,
        scratch: &mut Self::Scratch,
        target: &mut [Self],
    ) where
        Self: 'a;
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
    type Scratch = Vec<f32>;

    fn taps(filter: &Triangle) -> FloatTaps {
        let weights = filter.weights.iter().map(|weight| *weight as f32).collect();
        FloatTaps { starts: filter.starts.clone(), reach: filter.reach, weights }
    }

    fn resize<'a>(
        rows: impl ExactSizeIterator<Item = &'a [f32]>,
        across: &FloatTaps,
        down: &FloatTaps,
        between: &mut Vec<f32>,
        target: &mut [f32],
    ) {
        let width = across.starts.len();
        between.clear();
        for row in rows {
            let weights = across.weights.chunks_exact(across.reach);
            between.extend(across.starts.iter().zip(weights).map(|(start, weights)| {
                let pixels = &row[*start..*start + across.reach];
                pixels.iter().zip(weights).map(|(pixel, weight)| pixel * weight).sum::<f32>()
            }));
        }
        let outputs = target.chunks_exact_mut(width).zip(&down.starts);
        for ((target, start), weights) in outputs.zip(down.weights.chunks_exact(down.reach)) {
            target.fill(0.0);
            for (row, weight) in between[start * width..].chunks_exact(width).zip(weights) {
                target.iter_mut().zip(row).for_each(|(target, pixel)| *target += pixel * weight);
            }
        }
    }
}
