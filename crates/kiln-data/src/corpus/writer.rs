//! From tokens to a text, one after another.

use super::alphabet::Alphabet;

/// Puts the text of tokens together as they come: a token that is the beginning of a character is held back until its end is there, where it is not clear from
/// the token alone what it is.
///
/// ```
/// use kiln_data::corpus::{Alphabet, Alphabetic, Writer};
///
/// let alphabet = Alphabet::of(Alphabetic::Characters, "hello".chars().map(u32::from));
/// let mut writer = Writer::new(&alphabet, &[]);
/// assert_eq!([writer.push(2), writer.push(1), writer.end()].concat(), b"he");
/// ```
#[derive(Debug)]
pub struct Writer<'a> {
    alphabet: &'a Alphabet,
    /// The last tokens, where what a token is depends on those before it.
    window: Vec<u32>,
    /// Bytes of the window's text that were given.
    given: usize,
    /// Tokens that were held back.
    held: usize,
}

/// Tokens that are looked back on: more than what stands together in any text.
const BACK: usize = 8;
/// A character has four bytes at most: what is none then will never be.
const BYTES: usize = 4;

impl<'a> Writer<'a> {
    /// A text that goes on from the tokens `before`.
    pub fn new(alphabet: &'a Alphabet, before: &[u32]) -> Self {
        let mut writer = Self { alphabet, window: Vec::new(), given: 0, held: 0 };
        let last = &before[before.len().saturating_sub(BACK)..];
        writer.window = last.to_vec();
        writer.given = writer.text().len();
        writer
    }

    fn text(&self) -> String {
        let ids: Vec<u32> = self.window.iter().map(|token| token + 1).collect();
        self.alphabet.pieces().map(|pieces| pieces.decode(&ids)).unwrap_or_default()
    }

    /// The bytes of the next token, and of those that were held back for it.
    pub fn push(&mut self, token: u32) -> Vec<u8> {
        let (Some(pieces), 1..) = (self.alphabet.pieces(), token) else { return self.alphabet.decode(token) };
        if let Some(bytes) = pieces.bytes(token + 1) {
            return bytes;
        }
        self.window.push(token);
        self.held += 1;
        let text = self.text();
        if text.ends_with(char::REPLACEMENT_CHARACTER) && self.held < BYTES {
            return Vec::new();
        }
        self.give(text)
    }

    /// What is still held back.
    pub fn end(&mut self) -> Vec<u8> {
        let text = self.text();
        self.give(text)
    }

    fn give(&mut self, text: String) -> Vec<u8> {
        let new = text.get(self.given..).unwrap_or_default().as_bytes().to_vec();
        self.held = 0;
        self.given = text.len();
        if self.window.len() > 2 * BACK {
            self.window.drain(..self.window.len() - BACK);
            self.given = self.text().len();
        }
        new
    }
}
