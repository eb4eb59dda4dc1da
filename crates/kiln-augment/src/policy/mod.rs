//! Policies: which operations, how strong and how often, as tables.
//!
//! The tables are those of torchvision 0.29 (`transforms/v2/_auto_augment.py`), which cites the papers; a level is
//! the place in a table of strengths.

mod augmix;
mod auto;
mod levels;
mod operation;
mod rand;
mod tables;
mod trivial;

pub use augmix::{AugMix, AugMixConfig};
pub use auto::{AutoAugment, AutoAugmentConfig};
pub use levels::Space;
pub use operation::Operation;
pub use rand::{RandAugment, RandAugmentConfig};
pub use tables::{AutoPolicy, Step};
pub use trivial::{TrivialAugment, TrivialAugmentConfig};
