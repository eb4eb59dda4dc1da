//! The operations with their parameters given: nothing here draws.
//!
//! Each equals the function of torchvision's `transforms.v2.functional` on tensors that has its name, in 8 bits byte
//! for byte; the goldens of the tests hold them to it.

mod flip;

pub use flip::{horizontal_flip, vertical_flip};
