//! An image mixed with a simpler version of itself: contrast, saturation, grayscale.

use super::sample::fma;
use crate::{Image, Pixel};

/// The brightness that a colour seems to have, ITU-R 601: torchvision's and Pillow's `L`.
#[inline]
fn luma<T: Pixel>(red: T, green: T, blue: T) -> f32 {
    fma(blue.number(), 0.114, fma(green.number(), 0.587, red.number() * 0.2989))
}

/// `ratio · pixel + (1 − ratio) · other`, cut off at black and white.
#[inline]
fn blend<T: Pixel>(pixel: T, other: f32, ratio: f64) -> T {
    let mixed = fma(other, (1.0 - ratio) as f32, pixel.number() * ratio as f32);
    T::truncated(mixed.clamp(0.0, T::WHITE))
}

/// Mixes the image with its mean brightness: torchvision's `adjust_contrast`. 0 is a grey area, 1 no change.
///
/// Of three channels the brightness is that of red, green and blue; of any other number the mean of all.
pub fn adjust_contrast<T: Pixel>(image: &mut Image<T>, factor: f64) {
    let number = image.height() * image.width();
    if number == 0 {
        return;
    }
    let mean = if let Some([red, green, blue]) = colours(image) {
        let pixels = red.iter().zip(green).zip(blue);
        let sum: f64 = pixels.map(|((r, g), b)| f64::from(whole::<T>(luma(*r, *g, *b)))).sum();
        (sum as f32) / number as f32
    } else {
        let sum: f64 = image.pixels().iter().map(|pixel| f64::from(pixel.number())).sum();
        (sum as f32) / image.pixels().len() as f32
    };
    T::map(image.pixels_mut(), |pixel| blend(pixel, mean, factor));
}

/// Mixes every pixel with its brightness: torchvision's `adjust_saturation`. 0 is grey, 1 no change.
///
/// Images of one channel, or of any other number than three, stay as they are.
pub fn adjust_saturation<T: Pixel>(image: &mut Image<T>, factor: f64) {
    map_colours(image, |[red, green, blue]| {
        let grey = whole::<T>(luma(red, green, blue));
        [blend(red, grey, factor), blend(green, grey, factor), blend(blue, grey, factor)]
    });
}

/// Every channel becomes the brightness: torchvision's `rgb_to_grayscale` with as many output channels as there are.
///
/// Images of one channel, or of any other number than three, stay as they are.
pub fn grayscale<T: Pixel>(image: &mut Image<T>) {
    map_colours(image, |[red, green, blue]| [T::truncated(luma(red, green, blue)); 3]);
}

/// Brightness of 8-bit pixels is a whole number.
#[inline]
fn whole<T: Pixel>(luma: f32) -> f32 {
    if T::EIGHT_BIT { f32::from(luma as u8) } else { luma }
}

/// The planes of red, green and blue, if there are three.
fn colours<T: Pixel>(image: &Image<T>) -> Option<[&[T]; 3]> {
    let mut planes = image.planes();
    let colours = [planes.next()?, planes.next()?, planes.next()?];
    planes.next().is_none().then_some(colours)
}

/// Replaces the colour of every pixel, if there are three channels.
pub(crate) fn map_colours<T: Pixel>(image: &mut Image<T>, colour: impl Fn([T; 3]) -> [T; 3]) {
    let plane = image.height() * image.width();
    if image.channels() != 3 {
        return;
    }
    let (red, rest) = image.pixels_mut().split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
        [*red, *green, *blue] = colour([*red, *green, *blue]);
    }
}
