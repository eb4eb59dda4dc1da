//! Numbers as people write them: with a decimal point or comma, thousands kept apart or not.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// What decimals begin with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decimal {
    /// `1163.74`, and `1,163.74`.
    #[default]
    Point,
    /// `1163,74`, and `1.163,74`.
    Comma,
}

impl Decimal {
    /// Point for comma, and comma for point.
    pub fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    /// As settings write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// Which number a text is, by what its decimals would begin with. Thousands may be kept apart by the other of point and
/// comma, by spaces or by apostrophes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// The same either way: `1163`, `1 163`, `2e5`.
    Same(f64),
    /// One with a decimal point alone: `349.65`, `1,163.74`, `1,163,742`.
    Point(f64),
    /// One with a decimal comma alone: `349,65`, `1.163,74`, `1.163.742`.
    Comma(f64),
    /// Two numbers: `1.163` and `1,163`.
    PointOrComma {
        /// With a decimal point.
        point: f64,
        /// With a decimal comma.
        comma: f64,
    },
    /// No number.
    Text,
}

/// Reads a text without white space around it. Numbers are rounded correctly; those beyond f64 are infinite.
#[inline]
pub fn scan(text: &str) -> Number {
    let bytes = text.as_bytes();
    let start = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let (mut mantissa, mut at, mut point) = (0u64, start, None);
    while let Some(&byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        } else if byte == b'.' && point.is_none() {
            point = Some(at);
        } else {
            break;
        }
        at += 1;
    }
    let digits = at - start - usize::from(point.is_some());
    if at < bytes.len() || digits == 0 {
        return unusual(text, digits, point.is_some(), at);
    }
    let sign = if bytes[0] == b'-' { -1.0 } else { 1.0 };
    let Some(point) = point else {
        return Number::Same(value(text, mantissa, digits, 0) * sign);
    };
    let fraction = at - point - 1;
    let number = value(text, mantissa, digits, fraction) * sign;
    let is_group = fraction == 3 && (1..=3).contains(&(point - start)) && bytes[start] != b'0';
    if is_group {
        Number::PointOrComma { point: number, comma: mantissa as f64 * sign }
    } else {
        Number::Point(number)
    }
}

/// The number that a text is in a column whose decimals begin so; `None` when it is none there.
#[inline]
pub fn number(text: &str, decimal: Decimal) -> Option<f64> {
    match (scan(text), decimal) {
        (Number::Same(number), _)
        | (Number::Point(number), Decimal::Point)
        | (Number::Comma(number), Decimal::Comma)
        | (Number::PointOrComma { point: number, .. }, Decimal::Point)
        | (Number::PointOrComma { comma: number, .. }, Decimal::Comma) => Some(number),
        _ => None,
    }
}

/// The powers of ten that are exact in f64.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// So many digits fit into 64 bits.
const SURE_DIGITS: usize = 19;
/// Whole numbers up to this one are exact in f64.
const EXACT: u64 = 1 << 53;

/// The size of a number of `digits`, of which `fraction` come after the point. Where numerator and power of ten are exact, their
/// quotient is rounded once and so is right (Clinger 1990); the standard library knows the rest.
#[inline]
fn value(text: &str, mantissa: u64, digits: usize, fraction: usize) -> f64 {
    if digits <= SURE_DIGITS && mantissa <= EXACT && fraction < POWERS.len() {
        return mantissa as f64 / POWERS[fraction];
    }
    text.parse().unwrap_or(f64::NAN).abs()
}

/// A text that is not just digits and a point. The digits end at `at`.
#[cold]
fn unusual(text: &str, digits: usize, has_point: bool, at: usize) -> Number {
    let rest = &text.as_bytes()[at..];
    if digits > 0 && matches!(rest, [b'e' | b'E', ..]) {
        return match text.parse() {
            Ok(number) if has_point => Number::Point(number),
            Ok(number) => Number::Same(number),
            Err(_) => Number::Text,
        };
    }
    // Most texts begin as no number does.
    let may_be = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b',' | b'i' | b'I' | 0x80..);
    if !text.as_bytes().first().is_some_and(may_be) {
        return Number::Text;
    }
    match (grouped(text, '.', ','), grouped(text, ',', '.')) {
        (Some(point), Some(comma)) if point == comma => Number::Same(point),
        (Some(point), Some(comma)) => Number::PointOrComma { point, comma },
        (Some(point), None) => Number::Point(point),
        (None, Some(comma)) => Number::Comma(comma),
        (None, None) => infinite(text).map_or(Number::Text, Number::Same),
    }
}

/// `inf` and `infinity` with a sign or without.
fn infinite(text: &str) -> Option<f64> {
    let word = text.trim_start_matches(['-', '+']);
    let is_word = ["inf", "infinity"].iter().any(|known| known.eq_ignore_ascii_case(word));
    if is_word { text.parse().ok() } else { None }
}

/// Spaces, also those that do not break or are narrow, and apostrophes, straight and round.
const GROUP_MARKS: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '\u{2019}'];

/// Reads a number whose thousands are kept apart by `group` or one of the marks above.
fn grouped(text: &str, decimal: char, group: char) -> Option<f64> {
    let mut plain = String::with_capacity(text.len() + 1);
    let body = text.strip_prefix(['-', '\u{2212}']).inspect(|_| plain.push('-'));
    let body = body.or(text.strip_prefix('+')).unwrap_or(text);
    let (number, exponent) = body.find(['e', 'E']).map_or((body, ""), |at| body.split_at(at));
    let (whole, fraction) = number.split_once(decimal).unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || !is_digits(fraction) {
        return None;
    }
    match whole.find(|c: char| !c.is_ascii_digit()) {
        None => plain += whole,
        Some(at) => {
            let mark =
                whole[at..].chars().next().filter(|mark| *mark == group || GROUP_MARKS.contains(mark))?;
            let groups: Vec<&str> = whole.split(mark).collect();
            if !exponent.is_empty() || !are_groups(&groups) {
                return None;
            }
            groups.iter().for_each(|group| plain += group);
        }
    }
    plain.push('.');
    plain += fraction;
    plain += exponent;
    plain.parse().ok()
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Threes behind one to three digits, or in the Indian way twos between one or two digits and a three.
fn are_groups(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else { return false };
    let of_digits =
        groups.iter().all(|group| is_digits(group)) && !first.is_empty() && !first.starts_with('0');
    let threes = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let twos = first.len() <= 2 && !middle.is_empty() && middle.iter().all(|group| group.len() == 2);
    of_digits && last.len() == 3 && (threes || twos)
}
