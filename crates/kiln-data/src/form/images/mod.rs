//! 8-bit images of one size: bytes become numbers, channel by channel.

mod files;
mod pixels;
mod scaler;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_kernels::{pixels, takes_bytes};

pub(crate) use files::Decoding;
pub use files::ImageFiles;
pub use pixels::{Gathered, Images, Pixels};
pub(crate) use scaler::ImageScaler;

use super::kind::Form;
use crate::hash::Hash;
use crate::preprocess::{InnerFolds, TrainTargets};
use crate::{DataError, Description, Inconsistency, Precision, Preprocess};

pub(crate) struct ImageForm;

impl Form for ImageForm {
    const NOUN: &'static str = "images";
    const FITTED: &'static str = "the scaling of the images";
    const NUMERIC: bool = true;
    type Features = Images;
    type Encoder = ImageScaler;
    type Shape = [usize; 3];
    type Batch = Tensor<4>;

    fn rows(images: &Images) -> Result<usize, Inconsistency> {
        images.rows()
    }

    fn fingerprint(images: &Images, hash: &mut Hash) {
        images.shape.iter().for_each(|&dim| hash.length(dim));
        match &images.pixels {
            Pixels::Held(pixels) => hash.bytes(pixels),
            // An older kiln held all pixels, of files that it did not resize.
            Pixels::Files(files) if hash.precision() == Precision::Single && files.are_unchanged() => {
                hash.length(files.len() * images.shape.iter().product::<usize>());
                images.each_block(&mut |pixels| hash.raw(pixels));
            }
            Pixels::Files(files) => {
                hash.text("files");
                hash.bytes(files.identity().as_bytes());
            }
        }
    }

    fn describe(images: &Images) -> Description {
        let [channels, height, width] = images.shape;
        let (how, bytes) = match &images.pixels {
            Pixels::Held(pixels) => ("", Some(pixels.len() as u64)),
            Pixels::Files(_) => (", decoded as needed", None),
        };
        Description {
            summary: format!("images, {channels} x {height} x {width}, 8 bit{how}"),
            bytes,
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
        ImageScaler::fit(images, train.fit_rows(), preprocess.standardize, preprocess.images)
    }

    fn is_sound(scaler: &ImageScaler) -> bool {
        scaler.is_sound()
    }

    fn shape(scaler: &ImageScaler) -> [usize; 3] {
        scaler.shape()
    }

    fn batch(
        scaler: &ImageScaler,
        images: &Images,
        rows: &[usize],
        folds: Option<&InnerFolds>,
        device: &Device,
    ) -> Result<Tensor<4>, DataError> {
        if takes_bytes(device) {
            let [channels, height, width] = scaler.shape();
            let dims = [rows.len(), channels, height, width];
            return Ok(pixels(scaler.bytes(images, rows)?, dims, &scaler.tables(), device));
        }
        Ok(tensor(scaler.shape(), Self::numbers(scaler, images, rows, folds)?, device))
    }

    fn numbers(
        scaler: &ImageScaler,
        images: &Images,
        rows: &[usize],
        _folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        scaler.apply(images, rows)
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
    Tensor::from_data(sent(TensorData::new(numbers, [items, channels, height, width])), device)
}

#[cfg(test)]
mod tests;
