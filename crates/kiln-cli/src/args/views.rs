//! Augmentation at test time.

use clap::Args;
use kiln_augment::Views;

/// Augmentation at test time.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TestTime {
    /// Average the predictions over views of every image: flip, vertical-flip, crop=PIXELS, or several of them with commas.
    #[arg(long, value_name = "VIEWS")]
    pub(crate) tta: Option<Views>,
}
