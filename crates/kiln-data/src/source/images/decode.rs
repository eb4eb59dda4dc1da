//! One image file: its size from the header, then its pixels, within limits, as the item that a model takes.
//!
//! | in the file | what becomes of it |
//! |---|---|
//! | palette, 1, 2 or 4 bits | the colours or shades that are meant |
//! | 16 bits | 8, rounded |
//! | transparency | laid on white |
//! | CMYK, YCCK | RGB, inverted as Adobe writes them (Pillow's reading) |
//! | an orientation (EXIF, TIFF) | turned upright |
//! | several frames or pages | the first |
//! | a colour profile | left out, as torchvision does |

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use super::ImageProblem;
use super::header::Header;
use super::jpeg::{self, JpegHeader};
use super::orientation::Orientation;
use super::raster::Raster;
use super::resize;
use super::settings::{ImageSettings, MAX_SIDE};
use crate::source::files::{open, reserve};
use crate::{DataError, FileError};

/// An image may always take this much memory: 16 million pixels in colour.
const FREE: u64 = 48 << 20;
/// And no more than so many times its file: a JPEG of one colour has 190 times as many bytes of pixels.
const TIMES: u64 = 256;
/// And this much never.
const MOST: u64 = 1 << 30;

/// Reads the header of an image and checks that its size is in proportion to the file, before anything is allocated.
pub(crate) fn header(path: &Path) -> Result<Header, DataError> {
    let (mut file, length) = opened(path)?;
    if is_jpeg(path, &mut file)? {
        let header = JpegHeader::read(&mut file).map_err(|error| malformed(path, error))?;
        return checked(
            path,
            length,
            header.size,
            header.channels() as u64,
            header.channels(),
            header.orientation,
        );
    }
    let mut decoder = reader(path, file)?.into_decoder().map_err(|error| broken(path, error))?;
    checked_decoder(path, length, &mut decoder)
}

/// Decodes an image into `pixels`, `[channels, height, width]`: turned upright and resized as `settings` say. `channels` is 1 or 3; a
/// grey image in three is three times the same. Without [`ImageSettings::size`] the image has to fill `pixels`.
///
/// # Errors
/// [`FileError::Image`] when the file is no image or a broken one, is in proportion too large, or has colours and `channels` is 1;
/// [`FileError::Changed`] when its size is not that of `pixels`, so that it is not the file whose header was read.
pub(crate) fn decode(
    path: &Path,
    settings: &ImageSettings,
    channels: usize,
    pixels: &mut [u8],
) -> Result<(), DataError> {
    let mut raster = raster(path)?;
    if raster.channels > channels {
        return Err(DataError::image(path, ImageProblem::Colour));
    }
    let [width, height] = raster.orientation.turned(raster.size);
    let size = settings.size.unwrap_or([height, width]);
    if pixels.len() != channels * size[0] * size[1] {
        return Err(FileError::Changed { path: path.to_owned() }.into());
    }
    resize::write(&mut raster, size, settings.resize, pixels)
        .map_err(|error| DataError::image(path, ImageProblem::Broken { error }))
}

/// All pixels of a file.
fn raster(path: &Path) -> Result<Raster, DataError> {
    let (mut file, length) = opened(path)?;
    if is_jpeg(path, &mut file)? {
        let mut bytes = reserve(path, length)?;
        file.read_to_end(&mut bytes).map_err(|error| DataError::read(path, error))?;
        let header = JpegHeader::read(bytes.as_slice()).map_err(|error| malformed(path, error))?;
        let (channels, orientation) = (header.channels(), header.orientation);
        checked(path, length, header.size, channels as u64, channels, orientation)?;
        let pixels = jpeg::pixels(&bytes, &header)
            .map_err(|error| DataError::image(path, ImageProblem::Broken { error }))?;
        let size = header.size.map(|side| side as usize);
        return Ok(Raster { pixels, size, channels, orientation });
    }
    let mut decoder = reader(path, file)?.into_decoder().map_err(|error| broken(path, error))?;
    checked_decoder(path, length, &mut decoder)?;
    let orientation = orientation(&mut decoder);
    let mut limits = Limits::default();
    limits.max_alloc = Some(limit(length));
    decoder.set_limits(limits).map_err(|error| broken(path, error))?;
    let image = DynamicImage::from_decoder(decoder).map_err(|error| broken(path, error))?;
    Ok(Raster::of(image, orientation))
}

fn opened(path: &Path) -> Result<(BufReader<File>, u64), DataError> {
    let (file, length) = open(path)?;
    Ok((BufReader::new(file), length))
}

/// Whether the file begins as a JPEG; it is at its beginning afterwards.
fn is_jpeg(path: &Path, file: &mut BufReader<File>) -> Result<bool, DataError> {
    let mut start = Vec::new();
    let read = file.by_ref().take(jpeg::START.len() as u64).read_to_end(&mut start);
    read.and_then(|_| file.rewind()).map_err(|error| DataError::read(path, error))?;
    Ok(start == jpeg::START)
}

/// A reader of the format that the contents have, whatever the name says.
fn reader(path: &Path, file: BufReader<File>) -> Result<ImageReader<BufReader<File>>, DataError> {
    ImageReader::new(file).with_guessed_format().map_err(|error| DataError::read(path, error))
}

/// Checks what a decoder says of an image.
fn checked_decoder(path: &Path, length: u64, decoder: &mut impl ImageDecoder) -> Result<Header, DataError> {
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let grey = matches!(colour, ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16);
    let channels = if grey { 1 } else { 3 };
    let bytes = u64::from(colour.bytes_per_pixel());
    checked(path, length, [width, height], bytes, channels, orientation(decoder))
}

fn checked(
    path: &Path,
    length: u64,
    size: [u32; 2],
    bytes_of_pixel: u64,
    channels: usize,
    orientation: Orientation,
) -> Result<Header, DataError> {
    let [width, height] = size;
    if size.contains(&0) {
        let error = "a side has no pixels".into();
        return Err(DataError::image(path, ImageProblem::Broken { error }));
    }
    let (side, bytes) = (MAX_SIDE as u32, limit(length));
    let needed = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(bytes_of_pixel);
    if width > side || height > side || needed > bytes {
        return Err(DataError::image(path, ImageProblem::TooLarge { width, height, side, bytes }));
    }
    Ok(Header { size: orientation.turned(size), colour: channels > 1 })
}

/// An orientation that cannot be read is none, as in other readers.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder
        .orientation()
        .map_or_else(|_| Orientation::default(), |found| Orientation::of_exif(found.to_exif()))
}

/// The most bytes that the pixels of a file may take.
fn limit(length: u64) -> u64 {
    length.saturating_mul(TIMES).clamp(FREE, MOST)
}

/// An error that has a number of the operating system is not about the contents.
fn broken(path: &Path, error: ImageError) -> DataError {
    match error {
        ImageError::IoError(error) => malformed(path, error),
        error => DataError::image(path, ImageProblem::Broken { error: error.into() }),
    }
}

fn malformed(path: &Path, error: io::Error) -> DataError {
    if error.raw_os_error().is_some() {
        return DataError::read(path, error);
    }
    let error = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the file ends before the image does".into(),
        _ => error.into(),
    };
    DataError::image(path, ImageProblem::Broken { error })
}
