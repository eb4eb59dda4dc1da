//! Words in a picture.

use crate::visible::printable;

/// About how wide a letter is.
pub(in super::super) const LETTER: f64 = 7.0;

/// A name in so many letters at most.
pub(in super::super) fn shortened(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    name.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}

/// A text as it may stand between tags.
pub(in super::super) fn escape(text: &str) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
