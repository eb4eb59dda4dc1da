//! From the pixels of a file to the planes of an item: resized, cut or padded, and turned upright.

use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::placement::Placement;
use super::raster::Raster;
use super::settings::Resize;

/// Why an image cannot be resized: no image that a header passed can be so.
pub(super) type ResizeFailure = Box<dyn std::error::Error + Send + Sync>;

/// Writes `raster` into `planes`, which are `[channels, height, width]` of `size` = `[height, width]`, all of a size that has
/// pixels. Grey becomes three equal channels where three are asked for.
///
/// The filter is a triangle as wide as an output pixel: Pillow's `BILINEAR` and torchvision's `antialias=True`, in whole numbers as
/// theirs.
pub(super) fn write(
    raster: &mut Raster,
    size: [usize; 2],
    resize: Resize,
    planes: &mut [u8],
) -> Result<(), ResizeFailure> {
    let wanted = [size[1], size[0]];
    let upright = raster.orientation.turned(raster.size);
    let placement = Placement::of(upright, wanted, resize);
    if placement.is_identity(upright) {
        copy(raster, &raster.pixels, raster.size, &placement, wanted, planes);
        return Ok(());
    }
    let orientation = raster.orientation;
    let part = orientation.turned(placement.part);
    let corner = orientation.corner(placement.corner, part, raster.size);
    let into = orientation.turned(placement.size);
    // By kind of pixel, so that no others are compiled.
    let resized = match raster.channels {
        1 => resized::<U8>(raster, corner, part, into)?,
        _ => resized::<U8x3>(raster, corner, part, into)?,
    };
    if placement.size != wanted {
        planes.fill(0);
    }
    copy(raster, &resized, into, &placement, wanted, planes);
    Ok(())
}

/// The part of `part` at `corner`, both in pixels of the file, as `into` = `[width, height]` pixels.
fn resized<P: PixelTrait>(
    raster: &mut Raster,
    corner: [f64; 2],
    part: [f64; 2],
    into: [usize; 2],
) -> Result<Vec<u8>, ResizeFailure> {
    let part: [f64; 2] = std::array::from_fn(|axis| {
        // By its roundings, a part at the very end may reach a hair beyond.
        let side = raster.size[axis] as f64;
        let beyond = corner[axis] + part[axis] > side;
        if beyond { part[axis] - side * f64::EPSILON } else { part[axis] }
    });
    let [width, height] = raster.size.map(|side| side as u32);
    // Of the same type as the resizer's own images, so that its loops are compiled once.
    let source = TypedImage::<P>::from_buffer(width, height, &mut raster.pixels)?;
    let mut pixels = vec![0; into[0] * into[1] * raster.channels];
    let mut target = TypedImage::<P>::from_buffer(into[0] as u32, into[1] as u32, &mut pixels)?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(corner[0], corner[1], part[0], part[1]);
    Resizer::new().resize_typed(&source, &mut target, &options)?;
    Ok(pixels)
}

/// Turns pixels upright and puts each channel into its plane, where the placement says.
fn copy(
    raster: &Raster,
    pixels: &[u8],
    size: [usize; 2],
    placement: &Placement,
    wanted: [usize; 2],
    planes: &mut [u8],
) {
    let channels = raster.channels;
    let [width, height] = placement.size;
    let (first, [down, right]) = raster.orientation.steps(size);
    let planes = planes.chunks_exact_mut(wanted[0] * wanted[1]);
    for (channel, plane) in planes.enumerate() {
        // Of a grey image, every plane is its one channel.
        let channel = channel.min(channels - 1);
        let rows = plane.chunks_exact_mut(wanted[0]).skip(placement.at[1]).take(height);
        for (y, row) in rows.enumerate() {
            let row = &mut row[placement.at[0]..][..width];
            let start = (first as isize + y as isize * down) as usize;
            if right == 1 {
                let pixels = &pixels[start * channels + channel..];
                for (target, pixel) in row.iter_mut().zip(pixels.iter().step_by(channels)) {
                    *target = *pixel;
                }
            } else {
                for (x, target) in row.iter_mut().enumerate() {
                    let place = (start as isize + x as isize * right) as usize;
                    *target = pixels[place * channels + channel];
                }
            }
        }
    }
}
