//! Pixels as a file holds them, in 8 bits, of 1 or 3 channels.

use image::DynamicImage;

use super::orientation::Orientation;

/// An image of a file: pixels row by row, the channels of a pixel together.
#[derive(Debug)]
pub(super) struct Raster {
    pub(super) pixels: Vec<u8>,
    /// `[width, height]`, before it is turned.
    pub(super) size: [usize; 2],
    /// 1 or 3.
    pub(super) channels: usize,
    pub(super) orientation: Orientation,
}

impl Raster {
    /// 16 bits become 8, rounded; what is transparent is laid on white.
    pub(super) fn of(image: DynamicImage, orientation: Orientation) -> Self {
        let size = [image.width() as usize, image.height() as usize];
        let (pixels, channels) = match image {
            DynamicImage::ImageLuma8(grey) => (grey.into_raw(), 1),
            DynamicImage::ImageRgb8(colour) => (colour.into_raw(), 3),
            image @ DynamicImage::ImageLuma16(_) => (image.into_luma8().into_raw(), 1),
            image @ (DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgb32F(_)) => {
                (image.into_rgb8().into_raw(), 3)
            }
            image @ (DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_)) => {
                (on_white::<2>(image.into_luma_alpha8().into_raw()), 1)
            }
            image => (on_white::<4>(image.into_rgba8().into_raw()), 3),
        };
        Self { pixels, size, channels, orientation }
    }
}

/// Lays pixels of `N` channels, the last of which says how opaque they are, on white; one channel less.
fn on_white<const N: usize>(mut pixels: Vec<u8>) -> Vec<u8> {
    let count = pixels.len() / N;
    for pixel in 0..count {
        let opacity = u32::from(pixels[pixel * N + N - 1]);
        for channel in 0..N - 1 {
            let shade = u32::from(pixels[pixel * N + channel]);
            // Exact where it is opaque; the nearest shade elsewhere.
            let sum = shade * opacity + 255 * (255 - opacity);
            pixels[pixel * (N - 1) + channel] = ((sum + 127) / 255) as u8;
        }
    }
    pixels.truncate(count * (N - 1));
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_is_white() {
        let pixels = vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 128];
        // 0 · 128/255 + 255 · 127/255 = 127, 100 · 128/255 + 127 = 177.2, 200 · 128/255 + 127 = 227.4
        assert_eq!(on_white::<4>(pixels), [10, 20, 30, 255, 255, 255, 127, 177, 227]);
        assert_eq!(on_white::<2>(vec![7, 255, 7, 0]), [7, 255]);
    }

    #[test]
    fn sixteen_bits_become_the_nearest_of_eight() {
        let grey = image::ImageBuffer::from_vec(4, 1, vec![0u16, 128, 129, 65_535]).unwrap();
        let raster = Raster::of(DynamicImage::ImageLuma16(grey), Orientation::default());
        assert_eq!((raster.pixels, raster.channels, raster.size), (vec![0, 0, 1, 255], 1, [4, 1]));
    }
}
