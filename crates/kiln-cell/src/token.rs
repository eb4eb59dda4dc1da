//! From a text to its words and its characters.

use std::borrow::Cow;

/// A text in small letters, where that is asked for.
pub fn cased(text: &str, lower: bool) -> Cow<'_, str> {
    if lower { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

/// The words and signs of a text in their order.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_space);
        let first = rest.chars().next()?;
        let length = if is_joined(first) { joined(rest) } else { first.len_utf8() };
        let (word, others) = rest.split_at(length);
        rest = others;
        Some(word)
    })
}

/// The length of the word that a text begins with.
fn joined(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((place, sign)) = chars.next() {
        let is_inner = matches!(sign, '\'' | '’') && chars.peek().is_some_and(|(_, next)| is_joined(*next));
        if !is_joined(sign) && !is_inner {
            return place;
        }
    }
    text.len()
}

fn is_space(sign: char) -> bool {
    sign.is_whitespace() || sign.is_control() || matches!(sign, '\u{200b}' | '\u{feff}')
}

/// Whether a character is a part of a word: a letter, a digit, a mark on one of them. Not one that is a token of its own.
fn is_joined(sign: char) -> bool {
    let is_part = sign.is_alphanumeric()
        || matches!(sign, '_' | '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
        // The marks of Indic scripts that join two consonants.
        || matches!(sign, '\u{94d}' | '\u{9cd}' | '\u{a4d}' | '\u{acd}' | '\u{b4d}' | '\u{bcd}' | '\u{c4d}' | '\u{ccd}' | '\u{d4d}');
    let is_alone = matches!(
        sign,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2fa1f}'
    );
    is_part && !is_alone
}

/// The characters of a text, each as a text.
pub fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(place, sign)| &text[place..place + sign.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_are_told_apart() {
        let found = |text| words(text).collect::<Vec<_>>();
        assert_eq!(found("Don't stop,  me-now!"), ["Don't", "stop", ",", "me", "-", "now", "!"]);
        assert_eq!(found("'quoted' l’été x_1 3.5"), ["'", "quoted", "'", "l’été", "x_1", "3", ".", "5"]);
        assert_eq!(found("東京へ行く 😀ok"), ["東", "京", "へ", "行", "く", "😀", "ok"]);
        assert_eq!(found("हिन्दी e\u{301}a\u{0}b\u{feff}"), ["हिन्दी", "e\u{301}a", "b"]);
        assert!(found(" \t\r\n\u{a0}").is_empty());
    }
}
