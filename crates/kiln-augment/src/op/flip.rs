//! Mirror images.

use crate::{Image, Pixel};

/// Left and right change places.
pub fn horizontal_flip<T: Pixel>(image: &mut Image<T>) {
    let width = image.width().max(1);
    image.pixels_mut().chunks_exact_mut(width).for_each(<[T]>::reverse);
}

/// Top and bottom change places.
pub fn vertical_flip<T: Pixel>(image: &mut Image<T>) {
    let (height, width) = (image.height(), image.width());
    for plane in image.planes_mut() {
        let (top, bottom) = plane.split_at_mut(height.div_ceil(2) * width);
        for (row, other) in
            top.chunks_exact_mut(width.max(1)).zip(bottom.chunks_exact_mut(width.max(1)).rev())
        {
            row.swap_with_slice(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flips_mirror_every_channel() {
        let image = Image::from_pixels([2, 3, 2], (0u8..12).collect()).unwrap();
        let mut flipped = image.clone();
        horizontal_flip(&mut flipped);
        assert_eq!(flipped.pixels(), [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10]);
        let mut flipped = image;
        vertical_flip(&mut flipped);
        assert_eq!(flipped.pixels(), [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]);
    }
}
