//! Changes of the rows of a table, encoded. Each kind is a file with its settings, checks and what it does, and a line of
//! this list.

mod any;
mod apply;
mod kind;

use kiln_core::kinds;

use crate::AugmentError;
pub use any::AnyRowTransform;
pub(crate) use apply::apply;
pub use kind::RowKind;
pub(crate) use smote::Smote;

kinds! {
    /// A change of the rows of a table: a table with `kind` and the settings of that kind.
    ///
    /// All act on what the model sees, after the preprocessing. A column of categories is several features, which are
    /// dropped or swapped together and never jittered.
    pub enum RowTransform: RowKind {
        "smote" => smote::Smote(SmoteConfig),
        "jitter" => jitter::Jitter(JitterConfig),
        "feature-dropout" => feature_dropout::FeatureDropout(FeatureDropoutConfig),
        "swap-noise" => swap_noise::SwapNoise(SwapNoiseConfig),
    }
}

impl RowTransform {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.rows.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    pub fn check(&self, place: &str) -> Result<(), AugmentError> {
        self.as_kind().check(place)
    }
}
