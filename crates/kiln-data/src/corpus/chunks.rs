//! A long text in parts.

/// Bytes of a part, at least.
const LEAST: usize = 64 * 1024;

/// A text in parts that are cut into pieces one by one: what a tokeniser keeps of a text while it is at work is many times as large. A part ends before white
/// space that follows on something else, where words end anyway.
pub(super) fn chunks(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut found = Vec::new();
    while rest.len() > LEAST {
        let from = (LEAST..rest.len()).find(|place| rest.is_char_boundary(*place)).unwrap_or(rest.len());
        let mut after_word = false;
        let end = rest[from..].char_indices().find_map(|(place, sign)| {
            let ends = after_word && sign.is_whitespace();
            after_word = !sign.is_whitespace();
            ends.then_some(from + place)
        });
        let Some(end) = end else { break };
        let (chunk, others) = rest.split_at(end);
        found.push(chunk);
        rest = others;
    }
    if !rest.is_empty() {
        found.push(rest);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_whole_text_and_end_between_words() {
        let text = "wörds and   spaces\n\n".repeat(20_000);
        let found = chunks(&text);
        assert!(found.len() > 4 && found.concat() == text, "{}", found.len());
        for pair in found.windows(2) {
            assert!(pair[0].len() >= LEAST && !pair[0].ends_with(char::is_whitespace));
            assert!(pair[1].starts_with(char::is_whitespace));
        }
        // Nothing to cut at: one part.
        for text in ["é".repeat(100_000), " ".repeat(200_000), "short".to_owned()] {
            assert_eq!(chunks(&text), [text.as_str()]);
        }
        assert!(chunks("").is_empty());
    }
}
