//! Transformed images: as numbers, or as the bytes that a device makes the same numbers of.

use burn::tensor::Device;
use kiln_core::Seed;
use kiln_data::{DataError, Inputs};
use kiln_kernels::pixels;

use super::Augmented;
use crate::center_crop::{CenterCrop, ThenCrop};
use crate::transform_samples;

impl Augmented {
    /// What `put` makes of each channel of the transformed images, whose number it gets; `None` where the images are not of the size that
    /// was trained on.
    fn images<T: Copy + Default + Send>(
        &self,
        rows: &[usize],
        seeds: &[Seed],
        shape: [usize; 3],
        put: impl Fn(usize, &[u8], &mut [T]) + Sync,
    ) -> Result<Option<Vec<T>>, DataError> {
        let kept = self.rows.fitted().image_settings().size;
        let kept = kept.map(|[height, width]| [shape[0], height, width]);
        let fits = |found: [usize; 3]| found == shape || Some(found) == kept;
        let images = self.rows.dataset().features.as_images().filter(|images| fits(images.shape));
        let Some(images) = images else { return Ok(None) };
        let crop = (self.reached != Some(shape)).then_some(CenterCrop { size: [shape[1], shape[2]] });
        let transform = ThenCrop { transforms: &self.transforms, crop };
        let plane = (shape[1] * shape[2]).max(1);
        let gathered = images.gather(rows)?;
        let mut target = vec![T::default(); rows.len() * shape.iter().product::<usize>()];
        // A row that is not there has no pixels, and that is an error.
        let sample = |index: usize| gathered.image(index);
        transform_samples(&transform, images.shape, sample, seeds, &mut target, |image, target| {
            let planes = target.chunks_exact_mut(plane).zip(image.planes());
            for (channel, (target, pixels)) in planes.enumerate() {
                put(channel, pixels, target);
            }
        })
        .map_err(|error| DataError::Item { index: rows[0], source: Box::new(error) })?;
        Ok(Some(target))
    }

    /// The transformed images as numbers.
    pub(super) fn image_numbers(
        &self,
        rows: &[usize],
        seeds: &[Seed],
        shape: [usize; 3],
    ) -> Result<Vec<f32>, DataError> {
        let numbers = self.images(rows, seeds, shape, |channel, pixels, target| {
            let scaled = &self.scaled[channel];
            for (number, pixel) in target.iter_mut().zip(pixels) {
                *number = scaled[usize::from(*pixel)];
            }
        })?;
        // What is wrong with them is what the preprocessing says.
        numbers.map_or_else(|| self.rows.input_numbers(rows), Ok)
    }

    /// The transformed images, sent as bytes to a device that makes the same numbers of them.
    pub(super) fn image_bytes(
        &self,
        rows: &[usize],
        seeds: &[Seed],
        shape: [usize; 3],
        device: &Device,
    ) -> Result<Option<Inputs>, DataError> {
        let bytes = self.images(rows, seeds, shape, |_, pixels, target| target.copy_from_slice(pixels))?;
        let dims = [rows.len(), shape[0], shape[1], shape[2]];
        Ok(bytes.map(|bytes| Inputs::Images(pixels(bytes, dims, &self.scaled, device))))
    }
}
