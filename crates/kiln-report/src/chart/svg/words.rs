//! Words in a picture.

use crate::visible::printable;

/// About how wide a letter is: rooms are given in such letters.
pub(in super::super) const LETTER: f64 = 7.4;
/// The same of a heading.
const HEADING: f64 = 10.5;
/// Letters at the end of a name that are kept.
const END: usize = 5;

/// About how wide a text is, at 12 units, in the widest of the fonts that charts ask for (DejaVu Sans).
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(letter).sum()
}

fn letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | 'f' | 't' | 'r' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '('
        | ')' | '[' | ']' | '/' | '\\' | '-' => 4.9,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '<' | '>' | '=' | '+' | '~' | '#' | '…' | '→' => 12.0,
        letter if letter.is_ascii_uppercase() || letter == '&' => 9.2,
        letter if letter.is_ascii() => 7.7,
        '\u{1100}'.. => 12.6,
        _ => 8.4,
    }
}

/// A heading that fits a picture of a width.
pub(in super::super) fn heading(title: &str, width: f64) -> String {
    shortened(title, ((width - 28.0) / HEADING) as usize)
}

/// A name in the room of so many letters at most.
pub(in super::super) fn shortened(name: &str, letters: usize) -> String {
    cut(name, letters as f64 * LETTER, "")
}

/// The same with the end of the name kept: names of runs differ there.
pub(super) fn shortened_within(name: &str, letters: usize) -> String {
    let begin = name.chars().count().saturating_sub(END);
    let end: String = name.chars().skip(begin).collect();
    cut(name, letters as f64 * LETTER, if letters > 2 * END { &end } else { "" })
}

/// As much of a name as there is room for, with its end.
fn cut(name: &str, room: f64, end: &str) -> String {
    if width(name) <= room {
        return name.to_owned();
    }
    let mut left = room - letter('…') - width(end);
    let mut fits = |next: &char| {
        left -= letter(*next);
        left >= 0.0
    };
    let kept: String = name.chars().take_while(|next| fits(next)).collect();
    format!("{kept}…{end}")
}

/// A text as it may stand between tags.
pub(in super::super) fn escape(text: &str) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_need_more_room() {
        assert_eq!(shortened("illicit will", 10), "illicit will");
        assert_eq!(shortened("WMWMWMWMWM", 10), "WMWMW…");
        assert_eq!(shortened("a-b", 0), "…");
        for letters in 0..40 {
            for name in ["<script>alert(1)</script>", "日本語の名前です", "abcdefghijklmnopqrstuvwxyz"]
            {
                for shown in [shortened(name, letters), shortened_within(name, letters)] {
                    let room = (letters as f64 * LETTER).max(letter('…'));
                    assert!(
                        width(&shown) <= room + 1e-9 && (shown == name || shown.contains('…')),
                        "{shown}"
                    );
                }
            }
        }
    }
}
