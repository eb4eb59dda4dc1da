//! Sequences of tokens: random deletion, random swap, masking.
//!
//! Each is a function of the tokens and a [`Seed`]. A configuration has them as [`TokenTransform`](crate::TokenTransform); these
//! are for a user's own [`Source`](kiln_data::Source), whose `training_batch` has the seed of the epoch.
//!
//! ```
//! use kiln_augment::tokens::{Masking, delete, swap};
//! use kiln_core::{Purpose, Seed};
//!
//! let epoch = Seed::new(0).purpose(Purpose::Augment).at(3);
//! let item = epoch.at(17);
//! let mut tokens = delete(&[5, 8, 13, 21], 0.1, item.at(0));
//! swap(&mut tokens, 1, item.at(1));
//! let masking = Masking { special: vec![0, 1], ..Masking::new(103, 30_522) };
//! let chosen = masking.apply(&mut tokens, item.at(2))?;
//! assert_eq!(chosen.len(), tokens.len());
//! # Ok::<(), kiln_augment::AugmentError>(())
//! ```

use kiln_core::{Range, Seed};

use crate::{AugmentError, draw};

/// The tokens that are left when each goes with probability `p`; one, drawn at random, where none would be (Wei and Zou: EDA,
/// easy data augmentation techniques, 2019).
pub fn delete(tokens: &[u32], p: f64, seed: Seed) -> Vec<u32> {
    let stays = |(place, _): &(usize, &u32)| seed.uniform(*place as u64) >= p;
    let left: Vec<u32> = tokens.iter().enumerate().filter(stays).map(|(_, token)| *token).collect();
    if left.is_empty() && !tokens.is_empty() {
        return vec![tokens[draw::below(seed.at(0), 0, tokens.len())]];
    }
    left
}

/// Lets two tokens at different places change places, `count` times (EDA, too). Fewer than two tokens stay as they are.
pub fn swap(tokens: &mut [u32], count: usize, seed: Seed) {
    if tokens.len() < 2 {
        return;
    }
    for time in 0..count as u64 {
        let first = draw::below(seed, 2 * time, tokens.len());
        let second = draw::below(seed, 2 * time + 1, tokens.len() - 1);
        tokens.swap(first, second + usize::from(second >= first));
    }
}

/// Masking for language models: some tokens are chosen to be predicted; most of them become the mask, some another token, some
/// stay (Devlin and others: BERT, 2018).
#[derive(Debug, Clone, PartialEq)]
pub struct Masking {
    /// How likely a token is chosen, `[0, 1]`. Default 0.15.
    pub p: f64,
    /// The share of the chosen ones that become a token drawn from the whole vocabulary, `[0, 1]`. Default 0.1.
    pub random: f64,
    /// The share of the chosen ones that stay as they are, `[0, 1]`; together with `random` at most 1. Default 0.1.
    pub keep: f64,
    /// What all others become.
    pub mask: u32,
    /// How many tokens there are: 0 to `vocabulary − 1`.
    pub vocabulary: u32,
    /// Tokens that are never chosen, such as padding and separators. Default: none.
    pub special: Vec<u32>,
}

impl Masking {
    /// BERT's shares with this mask and this many tokens.
    pub fn new(mask: u32, vocabulary: u32) -> Self {
        Self { p: 0.15, random: 0.1, keep: 0.1, mask, vocabulary, special: Vec::new() }
    }

    /// Masks tokens, and says of each whether it was chosen: the loss looks at these alone.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a share out of its range and for a vocabulary of no tokens.
    pub fn apply(&self, tokens: &mut [u32], seed: Seed) -> Result<Vec<bool>, AugmentError> {
        Range::UNIT.check("p", self.p)?;
        Range::UNIT.check("random", self.random)?;
        Range::between(0.0, 1.0 - self.random).check("keep", self.keep)?;
        Range::at_least(1.0).check("vocabulary", f64::from(self.vocabulary))?;
        let mask = |(place, token): (usize, &mut u32)| {
            let seed = seed.at(place as u64);
            let chosen = !self.special.contains(token) && seed.uniform(0) < self.p;
            if chosen {
                let part = seed.uniform(1);
                if part < self.random {
                    *token = draw::below(seed, 2, self.vocabulary as usize) as u32;
                } else if part >= self.random + self.keep {
                    *token = self.mask;
                }
            }
            chosen
        };
        Ok(tokens.iter_mut().enumerate().map(mask).collect())
    }
}
