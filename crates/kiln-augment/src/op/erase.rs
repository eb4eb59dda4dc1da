//! Pixels taken away, noise added, channels in another order.

use crate::{Image, Pixel};

/// Sets the window of `height` × `width` pixels at row `top` and column `left`, as far as it is in the image, to what
/// `pixel` gives for the channel and the place in the window, counted row by row: torchvision's `erase`.
pub fn erase<T: Pixel>(
    image: &mut Image<T>,
    top: usize,
    left: usize,
    height: usize,
    width: usize,
    pixel: impl Fn(usize, usize) -> T,
) {
    let row = image.width();
    let (from, to) = (left.min(row), left.saturating_add(width).min(row));
    for (channel, plane) in image.planes_mut().enumerate() {
        for (y, line) in plane.chunks_exact_mut(row.max(1)).skip(top).take(height).enumerate() {
            for (x, target) in line[from..to].iter_mut().enumerate() {
                *target = pixel(channel, y * width + x);
            }
        }
    }
}

/// Adds `mean + sigma · noise(i)` to the i-th pixel, in shares of white, and cuts off at black and white: torchvision's
/// `gaussian_noise`, given the normal numbers it draws. What is added to 8-bit pixels has its fraction cut off.
pub fn add_noise<T: Pixel>(image: &mut Image<T>, mean: f64, sigma: f64, noise: impl Fn(usize) -> f32) {
    let white = f64::from(T::WHITE);
    let (mean, sigma) = ((mean * white) as f32, (sigma * white) as f32);
    for (index, pixel) in image.pixels_mut().iter_mut().enumerate() {
        let added = mean + noise(index) * sigma;
        let added = if T::EIGHT_BIT { added.trunc() } else { added };
        *pixel = T::truncated((pixel.number() + added).clamp(0.0, T::WHITE));
    }
}

/// Channel `i` becomes what channel `order[i]` was: torchvision's `permute_channels`. Nothing happens when `order` is not
/// a permutation of the channels.
pub fn permute_channels<T: Pixel>(image: &mut Image<T>, order: &[usize]) {
    let shape = image.shape();
    let plane = shape[1] * shape[2];
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..shape[0]) {
        return;
    }
    image.rewrite(shape, |source, target| {
        for (target, channel) in target.chunks_exact_mut(plane.max(1)).zip(order) {
            target.copy_from_slice(&source[channel * plane..(channel + 1) * plane]);
        }
    });
}

/// `(pixel − mean) / std` for every channel: torchvision's `normalize`. The last pair stands for all further channels.
///
/// Only for numbers; [`Finish`](crate::Finish) does it to 8-bit pixels on their way out.
pub fn normalize(image: &mut Image<f32>, mean: &[f64], std: &[f64]) {
    let pairs = mean.len().min(std.len());
    for (channel, plane) in image.planes_mut().enumerate() {
        let Some(last) = pairs.checked_sub(1) else { return };
        let (mean, std) = (mean[channel.min(last)] as f32, std[channel.min(last)] as f32);
        plane.iter_mut().for_each(|pixel| *pixel = (*pixel - mean) / std);
    }
}
