//! Augmentation: every sample different, and the same for every backend and number of threads.
//!
//! Images are augmented on the host, by the threads that prefetch batches, as the 8-bit pixels they were stored as;
//! [`Finish`] converts and normalises them at the end in one pass. What happens to a sample is a function of its pixels and
//! its [`Seed`](kiln_core::Seed), so the result is the same bits wherever the training runs.
//!
//! In a training [`Augmented`] takes the place of the training part, and nothing else changes:
//!
//! ```
//! use kiln_augment::{Augmented, RotateConfig};
//! use kiln_core::Seed;
//! use kiln_data::{DataConfig, Prepared, Source};
//!
//! let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
//! let train = Augmented::new(digits.train()).transform(RotateConfig::new([-10.0, 10.0]).build()?)?;
//! // kiln_train: Data::new(train).validation(digits.validation()...)
//! assert_eq!(train.len(), digits.train().len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Without a training, transforms act on pixels:
//!
//! ```
//! use kiln_augment::{Compose, Finish, HorizontalFlip, Transform, transform_samples};
//! use kiln_core::{Purpose, Seed};
//!
//! let images = vec![100u8; 10 * 3 * 32 * 32];
//! let transform = Compose::new(vec![Box::new(HorizontalFlip::new(0.5)?)]);
//! let finish = Finish::normalize::<u8>(&[0.49, 0.48, 0.45], &[0.25, 0.24, 0.26])?;
//!
//! let epoch = Seed::new(0).purpose(Purpose::Augment).at(7);
//! let rows = [3u64, 1, 4];
//! let seeds = rows.map(|row| epoch.at(row));
//! let mut batch = vec![0.0; rows.len() * 3 * 32 * 32];
//! let sample = |i: usize| &images[rows[i] as usize * 3072..][..3072];
//! transform_samples(&transform, [3, 32, 32], sample, &seeds, &mut batch, |image, out| finish.write(image, out))?;
//! assert!((batch[0] - (100.0 / 255.0 - 0.49) / 0.25).abs() < 1e-6);
//! # Ok::<(), kiln_augment::AugmentError>(())
//! ```

mod batch;
mod center_crop;
mod compose;
mod config;
mod draw;
mod error;
mod fill;
mod finish;
mod geometry;
mod image;
mod mix;
pub mod op;
mod photometry;
mod pixel;
pub mod policy;
mod rows;
mod samples;
mod schema;
mod section;
mod sequences;
mod series;
mod source;
mod table;
pub mod tokens;
mod transform;
mod transform_kind;
mod views;
mod warp;

pub use batch::ImageBatch;
pub use compose::{Chance, Compose, OneOf};
pub use config::{ChanceConfig, ComposeConfig, OneOfConfig, TransformConfig, build_all};
pub use error::AugmentError;
pub use fill::{Border, Colour, Fill, Interpolation};
pub use finish::Finish;
pub use geometry::{
    AffineConfig, BorderKind, CropConfig, Elastic, ElasticConfig, Factor, HorizontalFlip,
    HorizontalFlipConfig, PerspectiveConfig, RandomAffine, RandomCrop, RandomPerspective, RandomResizedCrop,
    ResizedCropConfig, RotateConfig, ScaleConfig, ShearConfig, TranslateConfig, VerticalFlip,
    VerticalFlipConfig,
};
pub use image::Image;
pub use mix::{Mix, MixConfig, Mixing};
pub use photometry::{
    Adjust, AdjustKind, AutocontrastConfig, BlurConfig, BrightnessConfig, ChannelShuffle,
    ChannelShuffleConfig, ColorJitter, ColorJitterConfig, ContrastConfig, Cutout, CutoutConfig,
    EqualizeConfig, EraseConfig, Fixed, FixedKind, GammaConfig, GaussianBlur, GaussianNoise, GrayscaleConfig,
    HueConfig, InvertConfig, NoiseConfig, PosterizeConfig, RandomErasing, SaturationConfig, SharpnessConfig,
    SolarizeConfig,
};
pub use pixel::Pixel;
pub use policy::{
    AugMix, AugMixConfig, AutoAugment, AutoAugmentConfig, RandAugment, RandAugmentConfig, TrivialAugment,
    TrivialAugmentConfig,
};
pub use rows::*;
pub use samples::transform_samples;
pub use section::AugmentConfig;
pub use sequences::*;
pub use series::*;
pub use source::Augmented;
pub use table::{Column, TableStatistics};
pub use transform::{BatchFn, Transform, TransformFn, batch_fn, transform_fn};
pub use transform_kind::{BuildTransform, TransformKind};
pub use views::Views;
pub use warp::Warp;
