//! Images: bytes to numbers, channel by channel.

use serde::{Deserialize, Serialize};

use super::scale::Scale;
use crate::Images;

/// Scales the channels of images of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageScaler {
    /// `[channels, height, width]`.
    pub(super) shape: [usize; 3],
    /// One a channel, for pixels in `[0, 1]`.
    channels: Vec<Scale>,
}

impl ImageScaler {
    /// `rows` are rows of `images`.
    pub(super) fn fit(images: &Images, rows: &[usize], standardize: bool) -> Self {
        let [count, height, width] = images.shape;
        let channels = if standardize {
            (0..count).map(|channel| channel_scale(images, rows, channel)).collect()
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
    pub(super) fn apply(&self, pixels: &[u8], rows: &[usize]) -> Vec<f32> {
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

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        let size = self.shape.iter().try_fold(1, |size: usize, &dim| size.checked_mul(dim));
        size.is_some_and(|size| size > 0)
            && self.channels.len() == self.shape[0]
            && self.channels.iter().all(|scale| scale.is_sound())
    }
}

/// Sums of bytes and their squares are whole numbers, so mean and variance are exact before the last division.
fn channel_scale(images: &Images, rows: &[usize], channel: usize) -> Scale {
    let [channels, height, width] = images.shape;
    let plane = height * width;
    let (mut sum, mut squares) = (0u64, 0u64);
    for &row in rows {
        // Pieces whose sums fit 32 bits: four times as many in a vector.
        for piece in images.pixels[(row * channels + channel) * plane..][..plane].chunks(1 << 16) {
            sum += u64::from(piece.iter().map(|&byte| u32::from(byte)).sum::<u32>());
            squares += u64::from(piece.iter().map(|&byte| u32::from(byte).pow(2)).sum::<u32>());
        }
    }
    let n = (rows.len() * plane) as u128;
    let spread = n * u128::from(squares) - u128::from(sum) * u128::from(sum);
    let n = n as f64;
    Scale::standard(sum as f64 / n / 255.0, spread as f64 / n / n / (255.0 * 255.0), rows.len() * plane)
}
