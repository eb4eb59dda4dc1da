//! What becomes of texts.

use std::fmt;

use serde::Serialize;

/// What a tokeniser makes of some texts. As text it is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TextFacts {
    /// How many there are.
    pub texts: usize,
    /// Their tokens, before anything is cut.
    pub tokens: usize,
    /// Those that the training part does not have, or not often enough.
    pub unknown: usize,
    /// Texts without a token.
    pub empty: usize,
    /// Texts of which only the first tokens count, because they are longer than `longest`.
    pub cut: usize,
    /// The most tokens that the model sees of a text.
    pub longest: usize,
    /// Half of the texts have so many tokens at most.
    pub median: usize,
    /// How many ids there are, padding and the unknown token among them.
    pub vocabulary: usize,
    /// What the tokens are: `words`.
    pub unit: &'static str,
}

impl TextFacts {
    /// The share of the tokens that are not known, from 0 to 1.
    pub fn unknown_share(&self) -> f64 {
        self.unknown as f64 / self.tokens.max(1) as f64
    }
}

impl fmt::Display for TextFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { texts, median, unit, vocabulary, .. } = self;
        let known = vocabulary.saturating_sub(2);
        let share = 100.0 * self.unknown_share();
        write!(
            f,
            "{texts} texts, half of them of up to {median} {unit}; {known} {unit} are known, {share:.1} % of all are not"
        )?;
        if self.empty > 0 {
            write!(f, "; empty: {}", self.empty)?;
        }
        if self.cut > 0 {
            write!(f, "; cut to the first {}: {}", self.longest, self.cut)?;
        }
        Ok(())
    }
}
