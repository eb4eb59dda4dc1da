//! The operations with their parameters given: nothing here draws.
//!
//! Each equals the function of torchvision's `transforms.v2.functional` on tensors that has its name, in 8 bits byte
//! for byte; the goldens of the tests hold them to it. Those of SMOTE are imbalanced-learn's.

mod affine;
mod blend;
mod crop;
mod elastic;
mod erase;
pub(crate) mod filter;
mod flip;
mod histogram;
mod hue;
mod neighbors;
mod perspective;
mod points;
pub(crate) mod sample;
mod sum;

pub use crate::mix::{cut_window, cutmix, mix_targets, mixup};
pub use affine::{AffineMap, affine, rotate};
pub use blend::{adjust_contrast, adjust_saturation, grayscale};
pub(crate) use crop::resized;
pub use crop::{crop, resized_crop};
pub use elastic::elastic;
pub use erase::{add_noise, erase, normalize, permute_channels};
pub use filter::{adjust_sharpness, gaussian_blur};
pub use flip::{horizontal_flip, vertical_flip};
pub use histogram::{autocontrast, equalize};
pub use hue::adjust_hue;
pub use neighbors::{between, nearest_neighbors};
pub use perspective::{perspective, perspective_coefficients};
pub(crate) use points::Points;
pub use points::{adjust_brightness, adjust_gamma, invert, posterize, solarize};
pub use sum::{add_share, set_sum};
