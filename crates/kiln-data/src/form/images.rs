//! 8-bit images of one size: bytes become numbers, channel by channel.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::kind::Form;
use crate::hash::Hash;
use crate::preprocess::{FitRows, InnerFolds, Scale, TrainTargets};
use crate::{DataError, Description, Inconsistency, Mismatch, Preprocess};

/// 8-bit images: `pixels` holds `[n, channels, height, width]`, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    /// All pixels, `n · channels · height · width` bytes.
    pub pixels: Vec<u8>,
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
}

pub(crate) struct ImageForm;

impl Form for ImageForm {
    const NOUN: &'static str = "images";
    const FITTED: &'static str = "the scaling of the images";
    const NUMERIC: bool = true;
    type Features = Images;
    type Encoder = ImageScaler;
    type Shape = [usize; 3];
    type Batch = Tensor<4>;

    fn rows(Images { pixels, shape }: &Images) -> Result<usize, Inconsistency> {
        let bytes = pixels.len();
        match shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim)) {
            Some(0) => Err(Inconsistency::NoInputs),
            Some(item) if bytes.is_multiple_of(item) => Ok(bytes / item),
            item => Err(Inconsistency::ImageBytes { bytes, item: item.unwrap_or(usize::MAX) }),
        }
    }

    fn fingerprint(images: &Images, hash: &mut Hash) {
        images.shape.iter().for_each(|&dim| hash.length(dim));
        hash.bytes(&images.pixels);
    }

    fn describe(images: &Images) -> Description {
        let [channels, height, width] = images.shape;
        Description {
            summary: format!("images, {channels} x {height} x {width}, 8 bit"),
            bytes: Some(images.pixels.len() as u64),
            json: serde_json::json!({ "images": images.shape }),
            table: None,
        }
    }

    fn fit(
        images: &Images,
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<ImageScaler, DataError> {
        preprocess.must_not_need_table(Self::NOUN)?;
        Ok(ImageScaler::fit(images, train.fit_rows(), preprocess.standardize))
    }

    fn is_sound(scaler: &ImageScaler) -> bool {
        let size = scaler.shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim));
        size.is_some_and(|size| size > 0)
            && scaler.channels.len() == scaler.shape[0]
            && scaler.channels.iter().all(|scale| scale.is_sound())
    }

    fn shape(scaler: &ImageScaler) -> [usize; 3] {
        scaler.shape
    }

    fn batch(
        scaler: &ImageScaler,
        images: &Images,
        rows: &[usize],
        folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Tensor<4>, DataError> {
        Ok(tensor(scaler.shape, Self::numbers(scaler, images, rows, folds)?, device))
    }

    fn numbers(
        scaler: &ImageScaler,
        images: &Images,
        rows: &[usize],
        _folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        if scaler.shape != images.shape {
            return Err(Mismatch::ImageShape { expected: scaler.shape, found: images.shape }.into());
        }
        Ok(scaler.apply(&images.pixels, rows))
    }

    fn dims(shape: &[usize; 3]) -> Vec<usize> {
        shape.to_vec()
    }

    fn words([channels, height, width]: &[usize; 3]) -> String {
        format!("images of {channels} x {height} x {width}")
    }

    fn of_numbers(shape: &[usize; 3], numbers: Vec<f32>, device: &Device) -> Option<Tensor<4>> {
        Some(tensor(*shape, numbers, device))
    }

    fn len(images: &Tensor<4>) -> usize {
        images.dims()[0]
    }

    fn flat(images: Tensor<4>) -> Tensor<2> {
        images.flatten(1, 3)
    }

    fn unflat(images: &Tensor<4>, rows: Tensor<2>) -> Option<Tensor<4>> {
        Some(rows.reshape(images.dims()))
    }
}

fn tensor([channels, height, width]: [usize; 3], numbers: Vec<f32>, device: &Device) -> Tensor<4> {
    let items = numbers.len() / (channels * height * width).max(1);
    Tensor::from_data(TensorData::new(numbers, [items, channels, height, width]), device)
}

/// Scales the channels of images of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageScaler {
    /// `[channels, height, width]`.
    shape: [usize; 3],
    /// One a channel, for pixels in `[0, 1]`.
    channels: Vec<Scale>,
}

impl ImageScaler {
    /// `fit` are rows of `images`.
    fn fit(images: &Images, fit: FitRows<'_>, standardize: bool) -> Self {
        let [count, height, width] = images.shape;
        let channels = if standardize {
            (0..count).map(|channel| channel_scale(images, fit, channel)).collect()
        } else {
            vec![Scale::IDENTITY; count]
        };
        Self { shape: [count, height, width], channels }
    }

    /// What each byte becomes, a table a channel: a byte has 256 values, so each one is scaled once, in f64.
    pub(super) fn tables(&self) -> Vec<[f32; 256]> {
        let table = |scale: &Scale| std::array::from_fn(|byte| scale.apply(byte as f64 / 255.0) as f32);
        self.channels.iter().map(table).collect()
    }

    /// `[rows, channels, height, width]` of images that have this shape and these rows.
    fn apply(&self, pixels: &[u8], rows: &[usize]) -> Vec<f32> {
        let [_, height, width] = self.shape;
        let plane = height * width;
        let item = plane * self.channels.len();
        let tables = self.tables();
        let mut out = Vec::with_capacity(rows.len() * item);
        for &row in rows {
            let image = &pixels[row * item..][..item];
            for (bytes, table) in image.chunks_exact(plane).zip(&tables) {
                out.extend(bytes.iter().map(|&byte| table[usize::from(byte)]));
            }
        }
        out
    }
}

/// Mean and standard deviation of a channel, every pixel with the weight of its image.
fn channel_scale(images: &Images, fit: FitRows<'_>, channel: usize) -> Scale {
    let plane = images.shape[1] * images.shape[2];
    if fit.are_weighted() {
        return weighted_scale(images, fit, channel, plane);
    }
    let (mut sum, mut squares) = (0u64, 0u64);
    for &row in fit.rows() {
        let (of_row, squares_of_row) = sums(images, row, channel, plane);
        sum += of_row;
        squares += squares_of_row;
    }
    let pixels = fit.rows().len() * plane;
    // Whole numbers, so mean and variance are exact before the last division.
    let spread = pixels as u128 * u128::from(squares) - u128::from(sum) * u128::from(sum);
    let n = pixels as f64;
    Scale::standard(sum as f64 / n / 255.0, spread as f64 / n / n / (255.0 * 255.0), pixels)
}

fn weighted_scale(images: &Images, fit: FitRows<'_>, channel: usize, plane: usize) -> Scale {
    let sums = |row| {
        let (sum, squares) = sums(images, row, channel, plane);
        (sum as f64, squares as f64)
    };
    let pixels = plane as f64;
    let total = pixels * fit.counted().map(|(_, weight)| weight).sum::<f64>();
    let mean = fit.counted().map(|(row, weight)| weight * sums(row).0).sum::<f64>() / total;
    // Of each image the squares about the mean of all.
    let about_mean = |(sum, squares): (f64, f64)| squares - mean * (2.0 * sum - pixels * mean);
    let squares = fit.counted().map(|(row, weight)| weight * about_mean(sums(row))).sum::<f64>();
    let variance = (squares / total).max(0.0) / (255.0 * 255.0);
    Scale::standard(mean / 255.0, variance, fit.counted().count() * plane)
}

/// The sum of the bytes of a channel of an image, and of their squares.
fn sums(images: &Images, row: usize, channel: usize, plane: usize) -> (u64, u64) {
    let bytes = &images.pixels[(row * images.shape[0] + channel) * plane..][..plane];
    // Pieces whose sums fit 32 bits: four times as many in a vector.
    bytes.chunks(1 << 16).fold((0, 0), |(sum, squares), piece| {
        let of_piece = piece.iter().map(|&byte| u32::from(byte)).sum::<u32>();
        let squares_of_piece = piece.iter().map(|&byte| u32::from(byte).pow(2)).sum::<u32>();
        (sum + u64::from(of_piece), squares + u64::from(squares_of_piece))
    })
}
