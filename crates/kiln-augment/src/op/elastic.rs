//! Pixels shifted each by its own displacement.

use super::sample::{linspace, sample};
use crate::{Fill, Image, Interpolation, Pixel};

/// Reads every pixel from its own place plus a displacement: torchvision's `elastic`.
///
/// `across` and `down` have one number a pixel, row after row, where 2 is the width or height of the image. Pixels
/// without a number stay where they are.
pub fn elastic<T: Pixel>(
    image: &mut Image<T>,
    across: &[f32],
    down: &[f32],
    interpolation: Interpolation,
    fill: Fill,
) {
    let size = [image.height(), image.width()];
    let locate = |y: usize, xs: &mut [f32], ys: &mut [f32]| {
        let row = identity(y, size[0]);
        let first = y * size[1];
        for (x, (to_x, to_y)) in xs.iter_mut().zip(ys).enumerate() {
            *to_x = identity(x, size[1]) + across.get(first + x).copied().unwrap_or(0.0);
            *to_y = row + down.get(first + x).copied().unwrap_or(0.0);
        }
    };
    sample(image, size, interpolation, fill, locate);
}

/// The middle of a pixel, from −1 to 1 over the image.
fn identity(index: usize, len: usize) -> f32 {
    let last = ((len as f64 - 1.0) / len as f64) as f32;
    linspace(-last, last, index, len)
}
