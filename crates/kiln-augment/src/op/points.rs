//! Operations that look at one pixel at a time; for 8-bit pixels they are tables of 256 entries.

use crate::{Image, Pixel};

/// A pixel that can be mapped.
pub trait Points: Sized {
    /// Replaces every pixel by its image.
    fn map(pixels: &mut [Self], image: impl Fn(Self) -> Self);
}

impl Points for u8 {
    fn map(pixels: &mut [Self], image: impl Fn(Self) -> Self) {
        if pixels.len() < 256 {
            pixels.iter_mut().for_each(|pixel| *pixel = image(*pixel));
        } else {
            let table: [u8; 256] = std::array::from_fn(|pixel| image(pixel as u8));
            pixels.iter_mut().for_each(|pixel| *pixel = table[usize::from(*pixel)]);
        }
    }
}

impl Points for f32 {
    fn map(pixels: &mut [Self], image: impl Fn(Self) -> Self) {
        pixels.iter_mut().for_each(|pixel| *pixel = image(*pixel));
    }
}

/// Multiplies every pixel by `factor`, at least 0, and cuts off at white: torchvision's `adjust_brightness`.
pub fn adjust_brightness<T: Pixel>(image: &mut Image<T>, factor: f64) {
    let factor = factor as f32;
    T::map(image.pixels_mut(), |pixel| T::truncated((pixel.number() * factor).clamp(0.0, T::WHITE)));
}

/// `gain · pixel^gamma`, with pixels from 0 to 1: torchvision's `adjust_gamma`.
pub fn adjust_gamma<T: Pixel>(image: &mut Image<T>, gamma: f64, gain: f64) {
    let unit = unit_of::<T>();
    T::map(image.pixels_mut(), |pixel| {
        let mut number = f64::from(pixel.number() * unit).powf(gamma) as f32;
        if gain != 1.0 {
            number = (number * gain as f32).clamp(0.0, 1.0);
        }
        from_unit(number)
    });
}

/// White becomes black and black white: torchvision's `invert`.
pub fn invert<T: Pixel>(image: &mut Image<T>) {
    T::map(image.pixels_mut(), |pixel| T::truncated(T::WHITE - pixel.number()));
}

/// Keeps the `bits` most significant bits, 0 to 8: torchvision's `posterize`.
pub fn posterize<T: Pixel>(image: &mut Image<T>, bits: u32) {
    if bits >= 8 && T::EIGHT_BIT {
        return;
    }
    let levels = f64::from(bits.min(8)).exp2() as f32;
    // White is the top of the highest level, except in 8 bits, where the levels divide 256.
    let range = if T::EIGHT_BIT { 256.0 } else { 1.0 };
    T::map(image.pixels_mut(), |pixel| {
        let level = (pixel.number() / range * levels).floor().clamp(0.0, levels - 1.0);
        T::truncated(level / levels * range)
    });
}

/// Inverts the pixels from `threshold` on, a share of white from 0 to 1: torchvision's `solarize`, whose threshold for
/// 8-bit pixels is 255 times ours.
pub fn solarize<T: Pixel>(image: &mut Image<T>, threshold: f64) {
    let threshold = (threshold * f64::from(T::WHITE)) as f32;
    T::map(image.pixels_mut(), |pixel| {
        if pixel.number() >= threshold { T::truncated(T::WHITE - pixel.number()) } else { pixel }
    });
}

/// What a pixel is multiplied with to be from 0 to 1.
pub(crate) fn unit_of<T: Pixel>() -> f32 {
    1.0 / T::WHITE
}

/// The pixel of a number from 0 to 1, as torchvision's `to_dtype` converts.
pub(crate) fn from_unit<T: Pixel>(number: f32) -> T {
    if T::EIGHT_BIT { T::truncated(number * (256.0 - 1e-3)) } else { T::truncated(number) }
}
