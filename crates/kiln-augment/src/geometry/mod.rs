//! Random transforms that move pixels.

mod affine;
mod crop;
mod elastic;
mod flip;
mod perspective;
mod resized_crop;

pub use affine::{
    AffineConfig, Factor, RandomAffine, RotateConfig, ScaleConfig, ShearConfig, TranslateConfig,
};
pub use crop::{BorderKind, CropConfig, RandomCrop};
pub use elastic::{Elastic, ElasticConfig};
pub use flip::{HorizontalFlip, HorizontalFlipConfig, VerticalFlip, VerticalFlipConfig};
pub use perspective::{PerspectiveConfig, RandomPerspective};
pub use resized_crop::{RandomResizedCrop, ResizedCropConfig};
