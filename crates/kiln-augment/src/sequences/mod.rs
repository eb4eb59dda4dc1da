//! Changes of the tokens of a text. Each kind is a file with its settings, checks and what it does, and a line of this list.

mod kind;

use kiln_core::{Seed, kinds};

use crate::AugmentError;
pub use kind::TokenKind;

kinds! {
    /// A change of the tokens of a text: a table with `kind` and the settings of that kind.
    pub enum TokenTransform: TokenKind {
        "dropout" => dropout::Dropout(TokenDropoutConfig),
        "mask" => mask::Mask(TokenMaskConfig),
        "swap" => swap::Swap(TokenSwapConfig),
    }
}

impl TokenTransform {
    /// Checks the settings; `place` is where they stand in the configuration, such as `augment.tokens.0`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    pub fn check(&self, place: &str) -> Result<(), AugmentError> {
        self.as_kind().check(place)
    }
}

/// Changes tokens one after the other: number `n` draws from `seed.at(n)`.
pub(crate) fn changed(transforms: &[TokenTransform], tokens: Vec<u32>, seed: Seed) -> Vec<u32> {
    let all = transforms.iter().zip(0..);
    all.fold(tokens, |tokens, (transform, place)| transform.as_kind().change(tokens, seed.at(place)))
}
