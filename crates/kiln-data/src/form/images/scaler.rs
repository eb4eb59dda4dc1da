//! The scaling of the channels of images.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::files::{ImageFiles, first_error, in_order};
use super::pixels::{Images, Pixels};
use crate::preprocess::{FitRows, Scale};
use crate::{DataError, ImageSettings, Mismatch, Precision, SettingError};

/// Scales the channels of images of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageScaler {
    /// `[channels, height, width]`.
    shape: [usize; 3],
    /// One a channel, for pixels in `[0, 1]`.
    channels: Vec<Scale>,
    /// How files become images, where they are resized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<ImageSettings>,
}

/// The most files that are decoded to learn the scaling of their channels. The mean over so many photos is within some
/// 0.01 standard deviations of that over all, and a run on 100,000 of them begins in seconds instead of minutes.
const LEARNED_FROM: usize = 2048;

impl ImageScaler {
    /// `fit` are rows of `images`. Of more files than [`LEARNED_FROM`] as many at even distances are decoded; an older kiln
    /// looked at all images.
    pub(super) fn fit(
        images: &Images,
        fit: FitRows<'_>,
        standardize: bool,
        settings: ImageSettings,
    ) -> Result<Self, DataError> {
        let Images { pixels, shape } = images;
        let [height, width] = settings.crop.unwrap_or([shape[1], shape[2]]);
        if height > shape[1] || width > shape[2] {
            let (crop, size) = ([height, width], [shape[1], shape[2]]);
            return Err(SettingError::CropTooLarge { crop, size }.into());
        }
        let seen = [shape[0], height, width];
        let files = Some(settings).filter(|settings| *settings != ImageSettings::default());
        if !standardize {
            return Ok(Self { shape: seen, channels: vec![Scale::IDENTITY; shape[0]], files });
        }
        let mut rows: Vec<usize> = fit.counted().map(|(row, _)| row).collect();
        if matches!(pixels, Pixels::Files(_)) && fit.precision() == Precision::Double {
            rows = spread(&rows, LEARNED_FROM);
        }
        let sums = match pixels {
            Pixels::Held(pixels) => held_sums(pixels, *shape, &rows),
            Pixels::Files(files) => file_sums(files, *shape, &rows)?,
        };
        let weights = fit.are_weighted().then(|| rows.iter().map(|&row| fit.weight(row)).collect::<Vec<_>>());
        let plane = shape[1] * shape[2];
        let scale = |sums: &Vec<Sums>| match &weights {
            None => scale(sums, plane),
            Some(weights) => weighted_scale(sums, weights, plane),
        };
        Ok(Self { shape: seen, channels: sums.iter().map(scale).collect(), files })
    }

    pub(super) fn shape(&self) -> [usize; 3] {
        self.shape
    }

    pub(crate) fn settings(&self) -> ImageSettings {
        self.files.unwrap_or_default()
    }

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        let size = self.shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim));
        size.is_some_and(|size| size > 0)
            && self.channels.len() == self.shape[0]
            && self.settings().size.is_none_or(|size| size[0] >= self.shape[1] && size[1] >= self.shape[2])
            && self.channels.iter().all(|scale| scale.is_sound())
    }

    /// What each byte becomes, a table a channel: a byte has 256 values, so each one is scaled once, in f64.
    pub(crate) fn tables(&self) -> Vec<[f32; 256]> {
        let table = |scale: &Scale| std::array::from_fn(|byte| scale.apply(byte as f64 / 255.0) as f32);
        self.channels.iter().map(table).collect()
    }

    /// `[rows, channels, height, width]` of images that have these rows: all of an image of the model's shape, and the middle of one of
    /// the size that the training images had.
    pub(super) fn apply(&self, images: &Images, rows: &[usize]) -> Result<Vec<f32>, DataError> {
        let Images { pixels, shape } = images;
        let corner = self.corner(*shape)?;
        let item: usize = shape.iter().product();
        let seen = self.shape.iter().product::<usize>();
        let tables = self.tables();
        if let (Pixels::Held(pixels), true) = (pixels, item == seen) {
            let mut out = Vec::with_capacity(rows.len() * item);
            for &row in rows {
                let image = &pixels[row * item..][..item];
                for (bytes, table) in image.chunks_exact(shape[1] * shape[2]).zip(&tables) {
                    out.extend(bytes.iter().map(|&byte| table[usize::from(byte)]));
                }
            }
            return Ok(out);
        }
        self.gather(images, rows, corner, |channel, bytes, out| scaled(bytes, &tables[channel], out))
    }

    /// As [`Self::apply`], but the bytes as they are.
    pub(super) fn bytes(&self, images: &Images, rows: &[usize]) -> Result<Vec<u8>, DataError> {
        let corner = self.corner(images.shape)?;
        self.gather(images, rows, corner, |_, bytes, out| out.copy_from_slice(bytes))
    }

    /// What `put` makes of the lines of each channel that the model sees.
    fn gather<T: Copy + Default + Send>(
        &self,
        Images { pixels, shape }: &Images,
        rows: &[usize],
        corner: [usize; 2],
        put: impl Fn(usize, &[u8], &mut [T]) + Sync,
    ) -> Result<Vec<T>, DataError> {
        let item: usize = shape.iter().product();
        let seen = self.shape.iter().product::<usize>();
        let mut out = vec![T::default(); rows.len() * seen];
        match pixels {
            Pixels::Held(pixels) => {
                for (out, &row) in out.chunks_exact_mut(seen.max(1)).zip(rows) {
                    self.write(&pixels[row * item..][..item], *shape, corner, &put, out);
                }
            }
            Pixels::Files(files) => {
                let images = out.par_chunks_exact_mut(seen.max(1)).zip(rows);
                first_error(images.map_init(
                    || vec![0; item],
                    |image, (out, row)| {
                        files.read(*row, image)?;
                        self.write(image, *shape, corner, &put, out);
                        Ok(())
                    },
                ))?;
            }
        }
        Ok(out)
    }

    /// Row and column of the first pixel that the model sees of images of `shape`, with torchvision's rounding of halves.
    fn corner(&self, shape: [usize; 3]) -> Result<[usize; 2], Mismatch> {
        let whole = self.settings().size.map(|[height, width]| [self.shape[0], height, width]);
        if shape != self.shape && whole != Some(shape) {
            return Err(Mismatch::ImageShape { expected: self.shape, found: shape });
        }
        let middle = |axis: usize| ((shape[axis] - self.shape[axis]) as f64 / 2.0).round_ties_even() as usize;
        Ok([middle(1), middle(2)])
    }

    /// What `put` makes of one image of `shape`.
    fn write<T>(
        &self,
        image: &[u8],
        [_, all_rows, all_columns]: [usize; 3],
        [top, left]: [usize; 2],
        put: impl Fn(usize, &[u8], &mut [T]),
        out: &mut [T],
    ) {
        let [_, rows, columns] = self.shape;
        let planes = image.chunks_exact(all_rows * all_columns).zip(out.chunks_exact_mut(rows * columns));
        for (channel, (bytes, out)) in planes.enumerate() {
            if bytes.len() == out.len() {
                put(channel, bytes, out);
                continue;
            }
            let lines = bytes.chunks_exact(all_columns).skip(top);
            for (line, out) in lines.zip(out.chunks_exact_mut(columns)) {
                put(channel, &line[left..left + columns], out);
            }
        }
    }
}

fn scaled(bytes: &[u8], table: &[f32; 256], out: &mut [f32]) {
    for (number, byte) in out.iter_mut().zip(bytes) {
        *number = table[usize::from(*byte)];
    }
}

/// `most` of these rows at even distances, or all of them.
fn spread(rows: &[usize], most: usize) -> Vec<usize> {
    let count = rows.len().min(most);
    (0..count).map(|place| rows[place * rows.len() / count]).collect()
}

/// The sum of the bytes of a channel of an image, and of their squares.
type Sums = [u64; 2];

/// For each channel the sums of each row.
fn held_sums(pixels: &[u8], [channels, height, width]: [usize; 3], rows: &[usize]) -> Vec<Vec<Sums>> {
    let plane = height * width;
    let of_row = |channel: usize, row: usize| sums(&pixels[(row * channels + channel) * plane..][..plane]);
    (0..channels).map(|channel| rows.iter().map(|&row| of_row(channel, row)).collect()).collect()
}

fn file_sums(files: &ImageFiles, shape: [usize; 3], rows: &[usize]) -> Result<Vec<Vec<Sums>>, DataError> {
    let [channels, height, width] = shape;
    let plane = height * width;
    let of_rows = in_order(rows.par_iter().map_init(
        || vec![0; channels * plane],
        |image, row| {
            files.read(*row, image)?;
            Ok(image.chunks_exact(plane.max(1)).map(sums).collect::<Vec<_>>())
        },
    ))?;
    Ok((0..channels).map(|channel| of_rows.iter().map(|row| row[channel]).collect()).collect())
}

fn sums(plane: &[u8]) -> Sums {
    // Pieces whose sums fit 32 bits: four times as many in a vector.
    plane.chunks(1 << 16).fold([0, 0], |[sum, squares], piece| {
        let of_piece = piece.iter().map(|&byte| u32::from(byte)).sum::<u32>();
        let squares_of_piece = piece.iter().map(|&byte| u32::from(byte).pow(2)).sum::<u32>();
        [sum + u64::from(of_piece), squares + u64::from(squares_of_piece)]
    })
}

/// Mean and standard deviation of a channel. The sums are whole numbers, so they are exact before the last division.
fn scale(sums: &[Sums], plane: usize) -> Scale {
    let [sum, squares] = sums.iter().fold([0, 0], |a, b| [a[0] + b[0], a[1] + b[1]]);
    let pixels = sums.len() * plane;
    let spread = pixels as u128 * u128::from(squares) - u128::from(sum) * u128::from(sum);
    let n = pixels as f64;
    Scale::standard(sum as f64 / n / 255.0, spread as f64 / n / n / (255.0 * 255.0), pixels)
}

/// The same, every pixel with the weight of its image.
fn weighted_scale(sums: &[Sums], weights: &[f64], plane: usize) -> Scale {
    let pixels = plane as f64;
    let total = pixels * weights.iter().sum::<f64>();
    let weighted = || sums.iter().zip(weights);
    let mean = weighted().map(|([sum, _], weight)| weight * *sum as f64).sum::<f64>() / total;
    // Of each image the squares about the mean of all.
    let about_mean = |[sum, squares]: &Sums| *squares as f64 - mean * (2.0 * *sum as f64 - pixels * mean);
    let squares = weighted().map(|(sums, weight)| weight * about_mean(sums)).sum::<f64>();
    let variance = (squares / total).max(0.0) / (255.0 * 255.0);
    Scale::standard(mean / 255.0, variance, sums.len() * plane)
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn the_scaling_is_learned_from_rows_at_even_distances() {
        let rows: Vec<usize> = (0..10).map(|row| 3 * row).collect();
        assert_eq!(spread(&rows, 4), [0, 6, 15, 21]);
        assert_eq!(spread(&rows, 10), rows);
        assert_eq!(spread(&rows, 11), rows);
        assert!(spread(&[], 4).is_empty());
    }
}
