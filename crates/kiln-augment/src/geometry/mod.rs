//! Random transforms that move pixels.

mod flip;

pub use flip::{HorizontalFlip, VerticalFlip};
