//! What is asked of texts.

use crate::{DataConfig, TokenizerConfig, WordsConfig};

/// How texts become tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextSettings {
    /// What the tokens are. Default: words.
    pub tokenizer: TokenizerConfig,
    /// The most tokens of a text that the model sees, the first ones; at least 1. Default 2048.
    pub longest: usize,
}

impl TextSettings {
    /// The default.
    pub const WORDS: Self = Self { tokenizer: TokenizerConfig::Words(WordsConfig::SMALL), longest: 2048 };
}

impl Default for TextSettings {
    fn default() -> Self {
        Self::WORDS
    }
}

impl DataConfig {
    /// Whether the inputs are texts.
    pub fn holds_texts(&self) -> bool {
        self.text.is_some() || self.source == "texts"
    }

    /// How texts become tokens; the numbers are checked where texts are fitted on.
    pub fn text_settings(&self) -> TextSettings {
        let default = TextSettings::default();
        TextSettings {
            tokenizer: self.tokenizer.unwrap_or_default(),
            longest: self.longest.unwrap_or(default.longest),
        }
    }
}
