//! From texts to tokens.
//!
//! A tokeniser is trained on texts, those of the training part: it learns which tokens there are. Every other text is then cut in the
//! same way. Id 0 is padding, id 1 any token that is not known, and from 2 on every id is a known token.
//!
//! ```
//! use kiln_data::{TokenizerConfig, WordsConfig};
//!
//! let config = TokenizerConfig::from(WordsConfig { min_count: 1, ..WordsConfig::default() });
//! let tokenizer = config.train(["The cat sat.", "The cat ran!"])?;
//! assert_eq!(tokenizer.encode("the dog ran"), [3, 1, 6]);
//! assert_eq!(tokenizer.decode(&[3, 2]), "the cat");
//! # Ok::<(), kiln_data::TokenizerError>(())
//! ```

mod file_name;
mod ids;
mod kind;
mod pieces;
mod problem;
#[cfg(feature = "tokenizers")]
mod subwords;
#[cfg(not(feature = "tokenizers"))]
#[path = "no_subwords.rs"]
mod subwords;
mod trained;
mod vocabulary;

use kiln_core::kinds;

pub use file_name::FileName;
pub(crate) use ids::{FIRST, UNKNOWN};
pub use kind::TokenizerKind;
pub use problem::TokenizerError;
pub use trained::Tokenizer;

kinds! {
    /// The section `[data.tokenizer]`: what the tokens of a text are.
    #[derive(Copy, Eq)]
    pub enum TokenizerConfig: TokenizerKind {
        "words" => words::Words(WordsConfig),
        "characters" => characters::Characters(CharactersConfig),
        "bytes" => bytes::Bytes(BytesConfig),
        "bpe" => bpe::Bpe(BpeConfig),
        "word-piece" => word_piece::WordPiece(WordPieceConfig),
        "file" => file::File(TokenizerFileConfig),
    }
}

impl Default for TokenizerConfig {
    /// Words in small letters.
    fn default() -> Self {
        Self::Words(WordsConfig::default())
    }
}

impl TokenizerConfig {
    /// Learns from these texts which tokens there are.
    ///
    /// # Errors
    /// [`TokenizerError`] for a setting out of its range, and for texts without a token that is to be known.
    pub fn train<T: AsRef<str>>(
        &self,
        texts: impl IntoIterator<Item = T>,
    ) -> Result<Tokenizer, TokenizerError> {
        let kind = self.as_kind();
        kind.check("data.tokenizer")?;
        kind.train(&mut texts.into_iter().map(|text| text.as_ref().to_owned()))
    }
}
