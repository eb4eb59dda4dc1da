//! Images: their pixels in memory, or the files that they are decoded from.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::files::{self, Decoding, ImageFiles};
use crate::cache::{CacheFolder, HELD};
use crate::{DataError, Inconsistency};

/// 8-bit images of one size.
///
/// ```
/// use kiln_data::Images;
///
/// let two = Images::new(vec![0, 64, 128, 255], [1, 1, 2]);
/// assert_eq!(two.gather(&[1])?.image(0), [128, 255]);
/// # Ok::<(), kiln_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// All pixels, or where they come from.
    pub pixels: Pixels,
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
}

/// Where the pixels of images are.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Pixels {
    /// In memory: `[n, channels, height, width]`, row-major, `n · channels · height · width` bytes.
    Held(Vec<u8>),
    /// In files, which are decoded whenever they are asked for.
    Files(ImageFiles),
}

impl Images {
    /// Images in memory: `pixels` holds `[n, channels, height, width]`, row-major; `shape` is `[channels, height, width]`.
    pub fn new(pixels: Vec<u8>, shape: [usize; 3]) -> Self {
        Self { pixels: Pixels::Held(pixels), shape }
    }

    /// The images of files, in their order. They are decoded into memory where they take 256 MiB or less there, else when
    /// they are asked for. `decode` writes one image, `[channels, height, width]`, in the way that `how` tells.
    ///
    /// Files whose errors `is_left_out` are not among the images: all files are decoded for that, and come back with their number.
    ///
    /// # Errors
    /// The error of the first other file that cannot be decoded, or read.
    pub(crate) fn of_files(
        paths: Vec<PathBuf>,
        shape: [usize; 3],
        how: &Decoding<'_>,
        cache: Option<&CacheFolder>,
        is_left_out: Option<&dyn Fn(&DataError) -> bool>,
        decode: impl Fn(&Path, &mut [u8]) -> Result<(), DataError> + Send + Sync + 'static,
    ) -> Result<(Self, Vec<(usize, DataError)>), DataError> {
        let size = shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim));
        let bytes = size.and_then(|size| size.checked_mul(paths.len()));
        if let (Some(size), Some(bytes)) = (size, bytes)
            && bytes <= HELD
        {
            let mut pixels = vec![0; bytes];
            let images = pixels.par_chunks_exact_mut(size.max(1)).zip(&paths).enumerate();
            let decoded = images.map(|(row, (pixels, path))| Some((row, decode(path, pixels).err()?)));
            let lost = left_out(decoded.flatten_iter().collect(), is_left_out)?;
            remove(&mut pixels, size, &lost);
            return Ok((Self { pixels: Pixels::Held(pixels), shape }, lost));
        }
        let mut files = ImageFiles::new(paths, shape, how, cache, decode)?;
        let mut lost = Vec::new();
        if is_left_out.is_some() {
            lost = left_out(files.undecodable(size.unwrap_or_default()), is_left_out)?;
            files.leave_out(&lost.iter().map(|(row, _)| *row).collect::<Vec<_>>(), how);
        }
        Ok((Self { pixels: Pixels::Files(files), shape }, lost))
    }

    /// The number of images.
    pub(super) fn rows(&self) -> Result<usize, Inconsistency> {
        let item = self.shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim));
        match (&self.pixels, item) {
            (_, Some(0)) => Err(Inconsistency::NoInputs),
            (Pixels::Files(files), _) => Ok(files.len()),
            (Pixels::Held(pixels), Some(item)) if pixels.len().is_multiple_of(item) => {
                Ok(pixels.len() / item)
            }
            (Pixels::Held(pixels), item) => {
                Err(Inconsistency::ImageBytes { bytes: pixels.len(), item: item.unwrap_or(usize::MAX) })
            }
        }
    }

    /// All pixels, `[n, channels, height, width]`, where they are in memory.
    pub fn held(&self) -> Option<&[u8]> {
        if let Pixels::Held(pixels) = &self.pixels { Some(pixels) } else { None }
    }

    /// Gives `each` the pixels of all images, some at once, in their order, up to the first that cannot be read.
    pub(super) fn each_block(&self, each: &mut dyn FnMut(&[u8])) {
        const AT_ONCE: usize = 64;
        let rows: Vec<usize> = (0..self.rows().unwrap_or_default()).collect();
        for rows in rows.chunks(AT_ONCE) {
            let Ok(gathered) = self.gather(rows) else { return };
            (0..rows.len()).for_each(|place| each(gathered.image(place)));
        }
    }

    /// The pixels of some images: those in memory where they are, others decoded, in parallel in rayon's current pool.
    ///
    /// # Errors
    /// The error of the first of these files that cannot be read, or has changed since the data set was loaded.
    pub fn gather<'a>(&'a self, rows: &'a [usize]) -> Result<Gathered<'a>, DataError> {
        let size = self.shape.iter().product::<usize>();
        let files = match &self.pixels {
            Pixels::Held(pixels) => return Ok(Gathered { size, at: At::Held { pixels, rows } }),
            Pixels::Files(files) => files,
        };
        let mut pixels = vec![0; rows.len() * size];
        let images = pixels.par_chunks_exact_mut(size.max(1)).zip(rows);
        files::first_error(images.map(|(pixels, row)| files.read(*row, pixels)))?;
        Ok(Gathered { size, at: At::Decoded(pixels) })
    }
}

/// The errors of files that are left out, or the first other one.
fn left_out(
    errors: Vec<(usize, DataError)>,
    is_left_out: Option<&dyn Fn(&DataError) -> bool>,
) -> Result<Vec<(usize, DataError)>, DataError> {
    errors
        .into_iter()
        .map(|(row, error)| match is_left_out {
            Some(is_left_out) if is_left_out(&error) => Ok((row, error)),
            _ => Err(error),
        })
        .collect()
}

/// Removes images of `size` bytes, by their number, which rises.
fn remove(pixels: &mut Vec<u8>, size: usize, lost: &[(usize, DataError)]) {
    let mut from = 0;
    let mut to = 0;
    let rows = pixels.len() / size.max(1);
    let mut lost = lost.iter().map(|(row, _)| *row).peekable();
    for row in 0..rows {
        if lost.next_if_eq(&row).is_none() {
            pixels.copy_within(from..from + size, to);
            to += size;
        }
        from += size;
    }
    pixels.truncate(to);
}

/// Some images, ready to be read.
#[derive(Debug)]
pub struct Gathered<'a> {
    size: usize,
    at: At<'a>,
}

#[derive(Debug)]
enum At<'a> {
    Held { pixels: &'a [u8], rows: &'a [usize] },
    Decoded(Vec<u8>),
}

impl Gathered<'_> {
    /// The pixels of the image at a place of the rows that were asked for, `[channels, height, width]`; none for an image
    /// that is not there.
    pub fn image(&self, place: usize) -> &[u8] {
        let (pixels, row) = match &self.at {
            At::Held { pixels, rows } => (*pixels, rows.get(place).copied()),
            At::Decoded(pixels) => (pixels.as_slice(), Some(place)),
        };
        let start = row.and_then(|row| row.checked_mul(self.size));
        start.and_then(|start| pixels.get(start..start.checked_add(self.size)?)).unwrap_or(&[])
    }
}

impl From<Vec<u8>> for Pixels {
    fn from(pixels: Vec<u8>) -> Self {
        Self::Held(pixels)
    }
}

impl FromIterator<u8> for Pixels {
    fn from_iter<I: IntoIterator<Item = u8>>(pixels: I) -> Self {
        Self::Held(pixels.into_iter().collect())
    }
}
