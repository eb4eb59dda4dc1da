//! What the tokens of a text look like.

use kiln_cell::token::{cased, characters, words};

use super::trained::{Tokenizer, Trained};

impl Tokenizer {
    /// The tokens of a text as they stand in it, those that are not known, too: one for each id of [`Tokenizer::encode`]. Letters are as the tokeniser
    /// sees them, small where it makes them so.
    pub fn pieces(&self, text: &str) -> Vec<String> {
        match &self.0 {
            Trained::Words { lower, .. } => words(&cased(text, *lower)).map(str::to_owned).collect(),
            Trained::Characters { lower, .. } => {
                characters(&cased(text, *lower)).map(str::to_owned).collect()
            }
            Trained::Subwords { tokenizer } => tokenizer.pieces(text),
            // None is unknown, so that each is its own text. A part of a letter is none: `�`.
            _ => self.encode(text).iter().map(|id| self.decode(&[*id])).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{BytesConfig, CharactersConfig, TokenizerConfig, WordsConfig};

    #[test]
    fn a_piece_for_each_id() {
        let configs: [TokenizerConfig; 3] = [
            WordsConfig::default().into(),
            CharactersConfig::default().into(),
            BytesConfig::default().into(),
        ];
        let text = "The cat's café, THE end";
        let pieces = |config: &TokenizerConfig| {
            let tokenizer = config.train(["the the cat cat"]).unwrap();
            let pieces = tokenizer.pieces(text);
            assert_eq!(pieces.len(), tokenizer.encode(text).len());
            pieces
        };
        let [words, characters, bytes] = configs.each_ref().map(pieces);
        assert_eq!(words, ["the", "cat's", "café", ",", "the", "end"]);
        assert_eq!(characters.concat(), text);
        assert_eq!((bytes[..3].concat(), bytes[13].as_str()), ("The".to_owned(), "\u{fffd}"));
    }
}
