//! One image file: its size from the header first, then its pixels, within limits.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::ImageProblem;
use super::header::Header;
use crate::DataError;
use crate::source::files::open;

/// The most pixels a side: networks are trained on far smaller images.
const MAX_SIDE: u32 = 8192;
/// Pixels may take twice the file and this much.
const SLACK: u64 = 16 << 20;

/// Reads the header of an image and checks that its size is in proportion to the file, before anything is allocated.
pub(crate) fn header(path: &Path) -> Result<Header, DataError> {
    let (reader, length) = reader(path)?;
    let decoder = reader.into_decoder().map_err(|error| broken(path, error))?;
    let (width, height) = decoder.dimensions();
    let bytes = limit(length);
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > bytes {
        return Err(DataError::image(path, ImageProblem::TooLarge { width, height, side: MAX_SIDE, bytes }));
    }
    let grey =
        matches!(decoder.color_type(), ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16);
    Ok(Header { size: [width, height], colour: !grey })
}

/// Appends the pixels to `pixels`, a plane for each channel (`[channels, height, width]`). Transparency is left out, 16
/// bits become 8.
pub(crate) fn decode(path: &Path, channels: usize, pixels: &mut Vec<u8>) -> Result<[u32; 2], DataError> {
    let (mut reader, length) = reader(path)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(limit(length));
    reader.limits(limits);
    let image = reader.decode().map_err(|error| broken(path, error))?;
    let size = [image.width(), image.height()];
    match (channels, image) {
        (1, DynamicImage::ImageLuma8(grey)) => pixels.extend_from_slice(&grey),
        (1, image) => pixels.extend_from_slice(&image.into_luma8()),
        (_, image) => {
            let colour = image.into_rgb8();
            for channel in 0..channels {
                pixels.extend(colour.iter().skip(channel).step_by(channels));
            }
        }
    }
    Ok(size)
}

fn reader(path: &Path) -> Result<(ImageReader<BufReader<File>>, u64), DataError> {
    let (file, length) = open(path)?;
    let reader = ImageReader::new(BufReader::new(file)).with_guessed_format();
    Ok((reader.map_err(|error| DataError::read(path, error))?, length))
}

fn limit(length: u64) -> u64 {
    2 * length + SLACK
}

/// An error that has a number of the operating system is not about the contents.
fn broken(path: &Path, error: ImageError) -> DataError {
    match error {
        ImageError::IoError(error) if error.raw_os_error().is_some() => DataError::read(path, error),
        error => DataError::image(path, ImageProblem::Broken { error: error.into() }),
    }
}
