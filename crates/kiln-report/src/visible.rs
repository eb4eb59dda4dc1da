//! Text on its way to a terminal: names come from data and arguments, and must not send it commands.

use std::borrow::Cow;
use std::io::{self, Write};

/// What kiln's own tables are styled with: bold, and the end of it.
const STYLES: [&str; 2] = ["\u{1b}[1m", "\u{1b}[0m"];

/// `text` with its control characters written out, but for line breaks, tabs and the styles of kiln's tables.
///
/// ```
/// assert_eq!(kiln_report::visible::visible("a\u{7}b"), "a\\u{7}b");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    written_out(text, |rest| STYLES.into_iter().find(|style| rest.starts_with(style)).map(str::len))
}

/// As [`visible`], for text that another crate has styled: colours stay, and no other sequence does.
pub fn visible_but_styled(text: &str) -> Cow<'_, str> {
    written_out(text, |rest| {
        let parameters = rest.strip_prefix("\u{1b}[")?;
        let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        parameters[end..].starts_with('m').then_some(2 + end + 1)
    })
}

/// `text` with control characters written out. `style` gives the length of what may stay at the beginning of a text.
fn written_out(text: &str, style: impl Fn(&str) -> Option<usize>) -> Cow<'_, str> {
    if !text.contains(|c: char| c.is_control() && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let breaks = rest.starts_with("\r\n") || matches!(character, '\n' | '\t');
        let length = match style(rest) {
            Some(length) => length,
            None => character.len_utf8(),
        };
        if breaks || length > character.len_utf8() || !character.is_control() {
            clean.push_str(&rest[..length]);
        } else {
            clean.extend(character.escape_default());
        }
        rest = &rest[length..];
    }
    Cow::Owned(clean)
}

/// `text` with all control characters written out: for what stands within a line, such as a name from a data file.
///
/// ```
/// assert_eq!(kiln_report::visible::printable("a\nb"), "a\\nb");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// `json` with the control characters as JSON writes them that `serde_json` leaves as they are.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let is_left = |c: char| ('\u{7f}'..='\u{9f}').contains(&c);
    if !json.contains(is_left) {
        return Cow::Borrowed(json);
    }
    let escape = |c: char| if is_left(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(json.chars().map(escape).collect())
}

/// Writes data to a terminal with their control characters written out. To a file or a pipe they go as they are.
#[derive(Debug)]
pub struct Visible<W: Write> {
    out: W,
    /// The first byte of a character that may be a control character of two bytes.
    held: Option<u8>,
}

impl<W: Write> Visible<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, held: None }
    }

    fn byte(&mut self, byte: u8) -> io::Result<()> {
        match (self.held.take(), byte) {
            (Some(_), 0x80..=0x9f) => return write!(self.out, "\\u{{{byte:x}}}"),
            (Some(first), _) => self.out.write_all(&[first])?,
            (None, _) => {}
        }
        match byte {
            0xc2 => self.held = Some(byte),
            b'\n' | b'\t' => self.out.write_all(&[byte])?,
            0..0x20 | 0x7f => write!(self.out, "\\u{{{byte:x}}}")?,
            _ => self.out.write_all(&[byte])?,
        }
        Ok(())
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bytes.iter().try_for_each(|byte| self.byte(*byte))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out_and_kilns_own_styles_stay() {
        assert_eq!(visible("plain ß\n\tand\r\nso on"), "plain ß\n\tand\r\nso on");
        assert_eq!(visible("a\u{1b}[2Jb\u{7}\r\u{9b}31m"), "a\\u{1b}[2Jb\\u{7}\\r\\u{9b}31m");
        assert_eq!(visible("\u{1b}[1mtitle\u{1b}[0m \u{1b}[8m"), "\u{1b}[1mtitle\u{1b}[0m \\u{1b}[8m");
        let styled = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m \u{1b}]0;x\u{7} \u{1b}[2J";
        assert_eq!(
            visible_but_styled(styled),
            "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m \\u{1b}]0;x\\u{7} \\u{1b}[2J"
        );
        assert_eq!(visible_json("{\"a\":\"\u{9b}x\u{7f}\"}"), "{\"a\":\"\\u009bx\\u007f\"}");
    }

    #[test]
    fn a_name_breaks_no_line() {
        assert_eq!(printable("Ankle boot ß"), "Ankle boot ß");
        assert_eq!(printable("a\n\u{1b}[31mb"), "a\\n\\u{1b}[31mb");
    }

    #[test]
    fn a_terminal_gets_no_control_characters_however_they_are_cut() {
        let text = "p_\u{1b}[2J,é\u{9b}\n1,\u{a0}\u{c2}x\n".as_bytes();
        for cut in 1..text.len() {
            let mut out = Visible::new(Vec::new());
            text.chunks(cut).for_each(|chunk| out.write_all(chunk).unwrap());
            let shown = String::from_utf8(out.out).unwrap();
            assert_eq!(shown, "p_\\u{1b}[2J,é\\u{9b}\n1,\u{a0}\u{c2}x\n", "{cut}");
        }
    }
}
