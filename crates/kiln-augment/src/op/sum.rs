//! Weighted sums of images.

use crate::{Image, Pixel};

/// Adds `share` times the pixels of an image to a sum; an empty sum starts with it.
pub fn add_share<T: Pixel>(sum: &mut Vec<f32>, image: &Image<T>, share: f64) {
    let share = share as f32;
    if sum.is_empty() {
        sum.extend(image.pixels().iter().map(|pixel| share * pixel.number()));
    } else {
        sum.iter_mut().zip(image.pixels()).for_each(|(sum, pixel)| *sum += share * pixel.number());
    }
}

/// Makes a sum the image; 8-bit pixels have their fraction cut off.
pub fn set_sum<T: Pixel>(image: &mut Image<T>, sum: &[f32]) {
    image.pixels_mut().iter_mut().zip(sum).for_each(|(pixel, number)| *pixel = T::truncated(*number));
}
