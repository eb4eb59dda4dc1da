//! Windows of an image.

use crate::{Border, Image, Interpolation, Pixel, Warp, warp::Lattice};
use crate::{Fill, warp::Axis};

/// The window of `height` × `width` pixels at row `top` and column `left`; what lies outside is `border`. Padding is a
/// window that is larger than the image: torchvision's `crop` and `pad`.
pub fn crop<T: Pixel>(
    image: &mut Image<T>,
    top: isize,
    left: isize,
    height: usize,
    width: usize,
    border: Border,
) {
    Warp::crop([image.height(), image.width()], top, left, [height, width], border).apply(image);
}

/// The window of `window` = `[height, width]` pixels at row `top` and column `left`, resized to `size` = `[height,
/// width]`: torchvision's `resized_crop`, bilinear with `antialias=True` or nearest. The window is cut to the image.
pub fn resized_crop<T: Pixel>(
    image: &mut Image<T>,
    top: usize,
    left: usize,
    window: [usize; 2],
    size: [usize; 2],
    interpolation: Interpolation,
) {
    resized([image.height(), image.width()], top, left, window, size, interpolation).apply(image);
}

/// The warp of [`resized_crop`] for an image of `image` = `[height, width]`.
pub(crate) fn resized(
    image: [usize; 2],
    top: usize,
    left: usize,
    window: [usize; 2],
    size: [usize; 2],
    interpolation: Interpolation,
) -> Warp {
    let corner = [top.min(image[0]), left.min(image[1])];
    let window = [window[0].min(image[0] - corner[0]), window[1].min(image[1] - corner[1])];
    if interpolation == Interpolation::Bilinear || window.contains(&0) {
        return Warp::resized_crop(corner[0], corner[1], window, size);
    }
    let axis = |axis: usize| {
        // PyTorch's nearest: no half pixel, and the scale is an f32.
        let scale = window[axis] as f32 / size[axis] as f32;
        let source =
            move |index: usize| corner[axis] + ((index as f32 * scale) as usize).min(window[axis] - 1);
        Axis::table(size[axis], source)
    };
    Warp::lattice(Lattice { axes: [axis(0), axis(1)], fill: Fill::BLACK })
}
