//! A text that comes in pieces, which need not be whole characters.

use std::io;

use crate::output::Output;

/// Shows a text on standard output as it comes, unless events are wanted there, and keeps it.
#[derive(Debug)]
pub struct Stream {
    out: Output,
    /// What was shown.
    text: String,
    /// The beginning of a character.
    rest: Vec<u8>,
}

impl Stream {
    /// Of nothing yet.
    pub fn new(out: Output) -> Self {
        Self { out, text: String::new(), rest: Vec::new() }
    }

    /// Shows what is whole of these bytes.
    ///
    /// # Errors
    /// What the system says of standard output.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        let mut whole = String::new();
        loop {
            match std::str::from_utf8(&self.rest) {
                Ok(text) => {
                    whole.push_str(text);
                    self.rest.clear();
                    break;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    whole.push_str(&String::from_utf8_lossy(&self.rest[..valid]));
                    // Without a length the character may go on.
                    let Some(bad) = error.error_len() else {
                        self.rest.drain(..valid);
                        break;
                    };
                    whole.push(char::REPLACEMENT_CHARACTER);
                    self.rest.drain(..valid + bad);
                }
            }
        }
        self.show(&whole)
    }

    fn show(&mut self, text: &str) -> io::Result<()> {
        self.text.push_str(text);
        if self.out.json || text.is_empty() {
            return Ok(());
        }
        self.out.data(text).map_err(|error| error.0)
    }

    /// Ends the line, and gives the text.
    ///
    /// # Errors
    /// As [`Stream::push`].
    pub fn end(mut self) -> io::Result<String> {
        if !self.rest.is_empty() {
            self.show(&char::REPLACEMENT_CHARACTER.to_string())?;
        }
        let text = self.text.clone();
        self.show("\n")?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_put_together() {
        // Nothing is shown where events are wanted.
        let mut stream = Stream::new(Output { json: true, quiet: true });
        for byte in "aé".bytes().chain([0xff, b'b', 0xe2]) {
            stream.push(&[byte]).unwrap();
        }
        assert_eq!(stream.end().unwrap(), "aé\u{fffd}b\u{fffd}");
    }
}
