//! Brightness spread over the whole range, channel by channel.

use super::points::{from_unit, unit_of};
use crate::{Image, Pixel};

/// Spreads every channel so that its darkest pixel is black and its brightest white: torchvision's `autocontrast`.
pub fn autocontrast<T: Pixel>(image: &mut Image<T>) {
    for plane in image.planes_mut() {
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        let (low, high) = plane.iter().fold(start, |(low, high), pixel| {
            let number = pixel.number();
            (low.min(number), high.max(number))
        });
        if low < high {
            let scale = (high - low) * unit_of::<T>();
            T::map(plane, |pixel| T::truncated(((pixel.number() - low) / scale).clamp(0.0, T::WHITE)));
        }
    }
}

/// Spreads every channel so that all shades are about as frequent: torchvision's and Pillow's `equalize`. Pixels that are
/// not 8-bit come out as multiples of 1/255.
pub fn equalize<T: Pixel>(image: &mut Image<T>) {
    for plane in image.planes_mut() {
        let shade =
            |pixel: T| if T::EIGHT_BIT { pixel.number() as u8 } else { from_unit::<u8>(pixel.number()) };
        let mut counts = [0u32; 256];
        plane.iter().for_each(|pixel| counts[usize::from(shade(*pixel))] += 1);
        let Some(last) = counts.iter().rposition(|count| *count > 0) else { continue };
        // All pixels but those of the brightest shade, spread over 255 steps.
        let step = (plane.len() as u32 - counts[last]) / 255;
        let mut table: [u8; 256] = std::array::from_fn(|shade| shade as u8);
        if step > 0 {
            let mut below = step / 2;
            for (entry, count) in table.iter_mut().zip(counts) {
                *entry = (below / step).min(255) as u8;
                below += count;
            }
        }
        let unit = if T::EIGHT_BIT { 1.0 } else { unit_of::<u8>() };
        T::map(plane, |pixel| T::truncated(f32::from(table[usize::from(shade(pixel))]) * unit));
    }
}
