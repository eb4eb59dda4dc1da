//! An item of an array as a cell.

use crate::CellValue;

/// A column of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The name of the column of a record.
    pub(super) name: Option<String>,
    pub(super) item: Item,
    /// Bytes before it.
    pub(super) at: usize,
}

/// The type of a number or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    kind: Kind,
    /// Bytes, of texts in UTF-32 characters.
    size: usize,
    big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Truth,
    Signed,
    Unsigned,
    Float,
    /// Bytes up to the first zero ones at the end.
    Bytes,
    /// UTF-32 up to the first zero characters at the end.
    Text,
}

/// The most characters of a text.
const LONGEST: usize = 1 << 20;
/// Whole numbers beyond this are not exact as f64.
const EXACT: u64 = 1 << 53;

impl Item {
    /// `<f8`, `|b1`, `<U12`; `None` for types that are neither numbers nor texts, such as objects, complex numbers and dates.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let big_endian = match letters.next()? {
            '<' | '|' | '=' => false,
            '>' => true,
            _ => return None,
        };
        let letter = letters.next()?;
        let size: usize = letters.as_str().parse().ok()?;
        let kind = match (letter, size) {
            ('b' | '?', 1) => Kind::Truth,
            ('i', 1 | 2 | 4 | 8) => Kind::Signed,
            ('u', 1 | 2 | 4 | 8) => Kind::Unsigned,
            ('f', 2 | 4 | 8) => Kind::Float,
            ('S' | 'a', 0..=LONGEST) => Kind::Bytes,
            ('U', 0..=LONGEST) => Kind::Text,
            _ => return None,
        };
        Some(Self { kind, size, big_endian })
    }

    /// Bytes.
    pub(super) fn size(&self) -> usize {
        match self.kind {
            Kind::Text => 4 * self.size,
            _ => self.size,
        }
    }

    /// The cell in `bytes`, which are as many as [`Item::size`]. A text goes into `text`, which keeps it alive; `None` when it is no
    /// text.
    pub(super) fn cell<'a>(&self, bytes: &[u8], text: &'a mut String) -> Option<CellValue<'a>> {
        let mut number = [0; 8];
        let of = |number: &mut [u8; 8]| {
            let place = &mut number[..bytes.len().min(8)];
            place.copy_from_slice(&bytes[..place.len()]);
            if self.big_endian {
                place.reverse();
            }
            u64::from_le_bytes(*number)
        };
        Some(match self.kind {
            Kind::Truth => {
                CellValue::Text(if bytes.iter().any(|byte| *byte != 0) { "true" } else { "false" })
            }
            Kind::Unsigned => whole(of(&mut number), false, text),
            Kind::Signed => {
                // The sign of the highest bit of the number fills the rest.
                let unused = 64 - 8 * self.size as u32;
                let value = ((of(&mut number) << unused) as i64) >> unused;
                whole(value.unsigned_abs(), value < 0, text)
            }
            Kind::Float => CellValue::Number(match self.size {
                2 => half(of(&mut number) as u16),
                4 => f64::from(f32::from_bits(of(&mut number) as u32)),
                _ => f64::from_bits(of(&mut number)),
            }),
            Kind::Bytes => {
                let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                text.push_str(std::str::from_utf8(&bytes[..end]).ok()?);
                CellValue::Text(text)
            }
            Kind::Text => {
                for character in bytes.chunks_exact(4) {
                    let mut code = [character[0], character[1], character[2], character[3]];
                    if self.big_endian {
                        code.reverse();
                    }
                    text.push(char::from_u32(u32::from_le_bytes(code))?);
                }
                text.truncate(text.trim_end_matches('\0').len());
                CellValue::Text(text)
            }
        })
    }
}

/// A whole number; as a text where it is not exact as f64.
fn whole(size: u64, negative: bool, text: &mut String) -> CellValue<'_> {
    if size <= EXACT {
        return CellValue::Number(if negative { -(size as f64) } else { size as f64 });
    }
    if negative {
        text.push('-');
    }
    text.push_str(&size.to_string());
    CellValue::Text(text)
}

/// A number of 16 bits: sign, 5 bits of exponent, 10 bits of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let size = match (bits >> 10) & 0x1f {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2f64.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(kind: &str, bytes: &[u8]) -> String {
        let item = Item::parse(kind).unwrap();
        assert_eq!(item.size(), bytes.len(), "{kind}");
        let mut text = String::new();
        item.cell(bytes, &mut text).map_or("none".to_owned(), |cell| format!("{cell:?}"))
    }

    #[test]
    fn every_type_is_a_number_or_a_text() {
        assert_eq!(cell("|b1", &[1]), "Text(\"true\")");
        assert_eq!(cell("|i1", &[0xff]), "Number(-1.0)");
        assert_eq!(cell(">i2", &[0xff, 0xfe]), "Number(-2.0)");
        assert_eq!(cell("<u4", &[1, 0, 0, 0x80]), "Number(2147483649.0)");
        assert_eq!(cell("<i8", &(i64::MIN).to_le_bytes()), "Text(\"-9223372036854775808\")");
        assert_eq!(cell("<u8", &(u64::MAX).to_le_bytes()), "Text(\"18446744073709551615\")");
        assert_eq!(cell(">f8", &(-0.1f64).to_be_bytes()), "Number(-0.1)");
        assert_eq!(cell("<f4", &0.5f32.to_le_bytes()), "Number(0.5)");
        assert_eq!(cell("|S4", b"ab\0\0"), "Text(\"ab\")");
        assert_eq!(cell("<U2", &[0xe4, 0, 0, 0, 0, 0, 0, 0]), "Text(\"ä\")");
        assert_eq!(cell(">U1", &[0, 1, 0xf6, 0]), "Text(\"😀\")");
        assert_eq!(cell("<U1", &[0, 0xd8, 0, 0]), "none");
        assert_eq!(cell("|S1", &[0xff]), "none");
        for kind in ["<c16", "|O", "<M8[ns]", "|V8", "f8", "<f16", "<U99999999999", ""] {
            assert_eq!(Item::parse(kind), None, "{kind}");
        }
    }

    #[test]
    fn halves_are_exact() {
        // numpy.float16, as IEEE 754 has them.
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_953_125),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x03ff, 6.097_555_160_522_461e-5),
            (0x7bff, 65504.0),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }
}
