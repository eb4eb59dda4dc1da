//! Which encoding a text is in.

/// An encoding of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, of which ASCII is a part.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, of which Latin-1 is a part, but for control characters that no table has.
    Windows1252,
}

impl Encoding {
    /// By the first bytes of a text, and how many of these are a byte order mark. A text of ASCII letters in UTF-16 is known
    /// without a mark, too, by its zeros.
    pub(crate) fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            [1..=0x7f, 0, 1..=0x7f, 0] => (Self::Utf16Le, 0),
            [0, 1..=0x7f, 0, 1..=0x7f] => (Self::Utf16Be, 0),
            _ => (Self::Utf8, 0),
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Windows1252 => "Windows-1252 (Latin-1)",
        }
    }
}

/// Counts what speaks for UTF-8 and against it in bytes that are not ASCII.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Utf8Evidence {
    /// Letters of several bytes.
    letters: usize,
    /// Bytes that are no UTF-8.
    others: usize,
}

impl Utf8Evidence {
    /// Adds bytes; a letter that is cut off at their end counts for nothing. Gives how many bytes of it there are.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> usize {
        let mut cut = 0;
        for chunk in bytes.utf8_chunks() {
            if !chunk.valid().is_ascii() {
                self.letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
            }
            let invalid = chunk.invalid();
            let is_end = std::ptr::eq(invalid.as_ptr_range().end, bytes.as_ptr_range().end);
            let is_cut =
                is_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if is_cut {
                cut = invalid.len();
            } else {
                self.others += invalid.len();
            }
        }
        cut
    }

    /// Whether the text is in Windows-1252: hardly a letter is written as in UTF-8, which letters of Windows-1252 side by side
    /// seldom are.
    pub(crate) fn is_windows_1252(self) -> bool {
        self.others > 0 && 10 * self.letters <= self.others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_zeros_tell_the_encoding() {
        assert_eq!(Encoding::of(b"\xef\xbb\xbfa"), (Encoding::Utf8, 3));
        assert_eq!(Encoding::of(b"\xff\xfea\0"), (Encoding::Utf16Le, 2));
        assert_eq!(Encoding::of(b"\xfe\xff\0a"), (Encoding::Utf16Be, 2));
        assert_eq!(Encoding::of(b"a\0,\0"), (Encoding::Utf16Le, 0));
        assert_eq!(Encoding::of(b"\0a\0,"), (Encoding::Utf16Be, 0));
        assert_eq!(Encoding::of(b"a,b\n"), (Encoding::Utf8, 0));
        assert_eq!(Encoding::of(b""), (Encoding::Utf8, 0));
    }

    #[test]
    fn a_few_letters_tell_windows_1252_from_broken_utf_8() {
        let of = |bytes: &[u8]| {
            let mut evidence = Utf8Evidence::default();
            evidence.add(bytes);
            evidence.is_windows_1252()
        };
        assert!(of(b"Z\xfcrich, Gen\xe8ve") && of(b"\xa4 5,-"));
        assert!(!of("Zürich".as_bytes()) && !of(b"ascii") && !of("Zürich \u{e9}".as_bytes()));
        assert!(!of(b"Z\xc3\xbcrich and \xff"), "UTF-8 with a broken byte stays UTF-8");
        let mut evidence = Utf8Evidence::default();
        assert_eq!(evidence.add(b"caf\xc3"), 1);
        assert!(!evidence.is_windows_1252());
    }
}
