//! What the texts of a column that are no numbers look like.

use super::spot::{Spot, first};
use crate::date::DateTally;

/// What the texts of a column look like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub(crate) dates: DateTally,
    /// The first that is no date.
    pub(crate) first_undated: Option<Spot>,
    /// Those that name image files.
    pub(crate) images: usize,
    pub(crate) first_image: Option<Spot>,
    /// Those that are a number with a unit, such as `12.5%` and `$3`.
    pub(crate) units: usize,
    pub(crate) first_unit: Option<Spot>,
    /// Those with a `|`, as between labels.
    pub(crate) lists: usize,
}

impl Words {
    /// Adds a text. `spot`: where it is.
    pub(super) fn add(&mut self, text: &str, spot: impl Fn() -> Spot) {
        if !self.dates.add(text) && self.first_undated.is_none() {
            self.first_undated = Some(spot());
        }
        if is_image(text) {
            self.images += 1;
            if self.first_image.is_none() {
                self.first_image = Some(spot());
            }
        }
        if has_unit(text) {
            self.units += 1;
            if self.first_unit.is_none() {
                self.first_unit = Some(spot());
            }
        }
        self.lists += usize::from(text.contains('|'));
    }

    /// Adds what another thread has seen.
    pub(super) fn merge(&mut self, other: Self) {
        self.dates.append(&other.dates);
        self.images += other.images;
        first(&mut self.first_undated, other.first_undated);
        self.units += other.units;
        self.lists += other.lists;
        first(&mut self.first_image, other.first_image);
        first(&mut self.first_unit, other.first_unit);
    }
}

/// Whether a text is the name of an image file.
fn is_image(text: &str) -> bool {
    const KINDS: [&str; 8] = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];
    // Most texts have no such end, and are told by a look at their last bytes.
    let Some((name, kind)) = text.rsplit_once('.') else { return false };
    !name.is_empty() && KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

/// Whether a text is a number behind or before a sign of a unit.
fn has_unit(text: &str) -> bool {
    const SIGNS: [char; 6] = ['%', '$', '€', '£', '¥', '₹'];
    // Most texts begin with a letter and end with one.
    let end = |found: Option<char>| found.is_some_and(|sign| SIGNS.contains(&sign));
    if !end(text.chars().next_back()) && !text.chars().take(2).any(|sign| SIGNS.contains(&sign)) {
        return false;
    }
    let bare = text.trim_matches(|sign: char| SIGNS.contains(&sign) || sign == ' ');
    let digits = bare.strip_prefix(['-', '+']).unwrap_or(bare);
    let digits = digits.trim_start_matches(SIGNS);
    digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ' | b'\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_beside_a_number() {
        for text in ["12.5%", "$3", "-$3", "$-3", "1.234,50 €", "€ 7", "100 %"] {
            assert!(has_unit(text), "{text}");
        }
        for text in ["%", "12.5", "A$", "5%-10%", "$5 off", "", "€"] {
            assert!(!has_unit(text), "{text}");
        }
    }

    #[test]
    fn images_are_known_by_their_ends() {
        assert!(is_image("a/b c.JPG") && is_image("1.png") && is_image("x.tar.webp"));
        assert!(!is_image(".png") && !is_image("png") && !is_image("a.txt") && !is_image(""));
    }
}
