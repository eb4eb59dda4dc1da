//! Every pixel mixed with its neighbours: sharpness and blur.

use super::sample::fma;
use crate::{Image, Pixel, warp::reflected};

/// Mixes the image with a smoothed version of itself: torchvision's `adjust_sharpness`. 0 is smooth, 1 no change, more is
/// sharper. The outermost pixels, and images of less than 3 × 3 pixels, stay as they are.
pub fn adjust_sharpness<T: Pixel>(image: &mut Image<T>, factor: f64) {
    let shape = image.shape();
    let [_, height, width] = shape;
    if height <= 2 || width <= 2 {
        return;
    }
    let weight = (1.0 - factor) as f32;
    image.rewrite(shape, |source, target| {
        target.copy_from_slice(source);
        for (source, target) in
            source.chunks_exact(height * width).zip(target.chunks_exact_mut(height * width))
        {
            for y in 1..height - 1 {
                let row = |y: usize| &source[y * width..(y + 1) * width];
                let (above, here, below) = (row(y - 1), row(y), row(y + 1));
                let windows = above.windows(3).zip(here.windows(3)).zip(below.windows(3));
                let inner = &mut target[y * width + 1..(y + 1) * width - 1];
                for (target, ((above, here), below)) in inner.iter_mut().zip(windows) {
                    let rows = [above, here, below];
                    let sum: f32 = rows.iter().map(|row| row.iter().map(|p| p.number()).sum::<f32>()).sum();
                    let pixel = here[1].number();
                    // Of whole numbers the sum is exact, and thirteenths are never halfway between two.
                    let smooth = (sum + 4.0 * pixel) / 13.0;
                    let smooth = if T::EIGHT_BIT { T::rounded(smooth).number() } else { smooth };
                    *target = T::truncated(fma(smooth - pixel, weight, pixel).clamp(0.0, T::WHITE));
                }
            }
        }
    });
}

/// Smooths with a Gaussian of standard deviation `sigma` pixels that is cut to `size` × `size` pixels (odd), mirrored at
/// the edges: torchvision's `gaussian_blur`. An even `size` counts as the next odd one.
///
/// PyTorch adds up in another order. A sum that is within some 10⁻⁵ of halfway between two shades may be rounded the other
/// way here: one 8-bit pixel in 50,000 or fewer.
pub fn gaussian_blur<T: Pixel>(image: &mut Image<T>, size: usize, sigma: f64) {
    let shape = image.shape();
    let [_, height, width] = shape;
    if height * width == 0 {
        return;
    }
    let kernel = gaussian(size | 1, sigma);
    let mut plane = vec![0.0; height * width];
    let mut blurred = vec![0.0; height * width];
    for pixels in image.planes_mut() {
        plane.iter_mut().zip(&*pixels).for_each(|(number, pixel)| *number = pixel.number());
        blur_plane(&plane, width, &kernel, &mut blurred);
        pixels.iter_mut().zip(&blurred).for_each(|(pixel, number)| *pixel = T::rounded(*number));
    }
}

/// The weights of a Gaussian, which sum to 1, as torchvision spaces them: `size` places from −r to r with
/// `r = (size − 1) / √8`, and `exp(−(x / sigma)²)`.
pub(crate) fn gaussian(size: usize, sigma: f64) -> Vec<f32> {
    let middle = (size as f64 - 1.0) / 2.0;
    let weight = |index| (-((index as f64 - middle) / sigma).powi(2) / 2.0).exp();
    let total: f64 = (0..size).map(weight).sum();
    (0..size).map(|index| (weight(index) / total) as f32).collect()
}

/// Filters the columns and then the rows of one plane of numbers with a kernel of odd length.
pub(crate) fn blur_plane(source: &[f32], width: usize, kernel: &[f32], target: &mut [f32]) {
    let height = source.len() / width;
    let reach = kernel.len() as isize / 2;
    let mut line = vec![0.0; width + kernel.len()];
    for (y, target) in target.chunks_exact_mut(width).enumerate() {
        let line = &mut line[..width + kernel.len() - 1];
        let (middle, start) = (reach as usize, y as isize - reach);
        let sums = &mut line[middle..middle + width];
        sums.fill(0.0);
        for (tap, weight) in kernel.iter().enumerate() {
            let row = reflected(start + tap as isize, height);
            let row = &source[row * width..(row + 1) * width];
            sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += number * weight);
        }
        for place in 0..middle {
            line[place] = line[middle + reflected(place as isize - reach, width)];
            line[middle + width + place] = line[middle + reflected((width + place) as isize, width)];
        }
        target.fill(0.0);
        for (tap, weight) in kernel.iter().enumerate() {
            let numbers = &line[tap..tap + width];
            target.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number * weight);
        }
    }
}
