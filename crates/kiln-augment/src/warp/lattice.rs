//! Flips and crops: rows and columns in another order, no pixel mixed with another.

use super::{Affine, Axis};
use crate::{Fill, Image, Pixel};

/// Where rows and columns come from, and the colour where they come from nowhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lattice {
    /// Rows, columns.
    pub(crate) axes: [Axis; 2],
    pub(crate) fill: Fill,
}

impl Lattice {
    fn is_inside(&self) -> bool {
        self.axes.iter().all(Axis::is_inside)
    }

    /// This, then `next`; nothing when both show a fill and the fills differ.
    pub(crate) fn then(&self, next: &Self) -> Option<Self> {
        let fill = if self.is_inside() {
            next.fill
        } else if next.is_inside() || self.fill == next.fill {
            self.fill
        } else {
            return None;
        };
        let [rows, columns] = &self.axes;
        Some(Self { axes: [rows.then(&next.axes[0]), columns.then(&next.axes[1])], fill })
    }

    /// The same as an affine map that goes with `other`, for an image of `input` = `[height, width]`; nothing when rows or
    /// columns are mirrored or repeated at a border, or when a fill shows that is not `other`'s.
    pub(crate) fn affine(&self, input: [usize; 2], other: &Affine) -> Option<Affine> {
        if !self.is_inside() && self.fill != other.fill {
            return None;
        }
        let output = self.axes.each_ref().map(Axis::len);
        // From the middle of the output to the middle of the input.
        let centred = |axis: usize| {
            let (start, step) = self.axes[axis].run()?;
            let middle = |len: usize| (len as f64 - 1.0) / 2.0;
            Some((step as f64, start as f64 + step as f64 * middle(output[axis]) - middle(input[axis])))
        };
        let ((d, f), (a, c)) = (centred(0)?, centred(1)?);
        let matrix = [a, 0.0, c, 0.0, d, f];
        Some(Affine { input, output, matrix, interpolation: other.interpolation, fill: other.fill })
    }

    pub(crate) fn apply<T: Pixel>(&self, image: &mut Image<T>) {
        let [channels, height, width] = image.shape();
        let [rows, columns] = &self.axes;
        if rows.is_whole(height) && columns.is_whole(width) {
            return;
        }
        let shape = [channels, rows.len(), columns.len()];
        if channels * height * width == 0 || shape.contains(&0) {
            image.rewrite(shape, |_, target| target.fill(T::default()));
            return;
        }
        image.rewrite(shape, |source, target| {
            let planes =
                source.chunks_exact(height * width).zip(target.chunks_exact_mut(shape[1] * shape[2]));
            for (channel, (source, target)) in planes.enumerate() {
                let fill = self.fill.pixel(channel);
                for (y, target) in target.chunks_exact_mut(shape[2]).enumerate() {
                    match rows.source(y) {
                        Some(row) => columns.copy(&source[row * width..][..width], target, fill),
                        None => target.fill(fill),
                    }
                }
            }
        });
    }
}
