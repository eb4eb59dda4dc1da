//! An affine map, sampled once.

use crate::op::sample::{self, fma};
use crate::{Fill, Image, Interpolation, Pixel};

/// A map from output to input pixels, with the centre of each at (0, 0).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Affine {
    /// `[height, width]` of the image.
    pub(crate) input: [usize; 2],
    /// `[height, width]` of the result.
    pub(crate) output: [usize; 2],
    /// `x' = m₀ x + m₁ y + m₂`, `y' = m₃ x + m₄ y + m₅`.
    pub(crate) matrix: [f64; 6],
    pub(crate) interpolation: Interpolation,
    pub(crate) fill: Fill,
}

impl Affine {
    /// This, then `next`; nothing when they sample or fill in different ways.
    pub(crate) fn then(&self, next: &Self) -> Option<Self> {
        if self.interpolation != next.interpolation || self.fill != next.fill || self.output != next.input {
            return None;
        }
        // Output pixels go through `next`'s map first.
        let ([a, b, c, d, e, f], [p, q, r, s, t, u]) = (self.matrix, next.matrix);
        let matrix = [
            a * p + b * s,
            a * q + b * t,
            a * r + b * u + c,
            d * p + e * s,
            d * q + e * t,
            d * r + e * u + f,
        ];
        Some(Self { output: next.output, matrix, ..self.clone() })
    }

    pub(crate) fn apply<T: Pixel>(&self, image: &mut Image<T>) {
        let [_, height, width] = image.shape();
        let [a, b, c, d, e, f] = self.matrix.map(|number| number as f32);
        let half = |len: usize| 0.5 * len as f32;
        // torchvision's steps, with its roundings: to [-1, 1] first, then x, y and 1 are added up fused.
        let [a, b, c] = [a, b, c].map(|number| number / half(width));
        let [d, e, f] = [d, e, f].map(|number| number / half(height));
        let middle = self.output.map(|len| (len as f32 - 1.0) * 0.5);
        let locate = |y: usize, xs: &mut [f32], ys: &mut [f32]| {
            let row = y as f32 - middle[0];
            for (x, (to_x, to_y)) in xs.iter_mut().zip(ys).enumerate() {
                let column = x as f32 - middle[1];
                *to_x = fma(row, b, column * a) + c;
                *to_y = fma(row, e, column * d) + f;
            }
        };
        sample::sample(image, self.output, self.interpolation, self.fill, locate);
    }
}
