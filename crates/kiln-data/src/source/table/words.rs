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
    }

    /// Adds what another thread has seen.
    pub(super) fn merge(&mut self, other: Self) {
        self.dates.append(&other.dates);
        self.images += other.images;
        first(&mut self.first_undated, other.first_undated);
        first(&mut self.first_image, other.first_image);
    }
}

/// Whether a text is the name of an image file.
fn is_image(text: &str) -> bool {
    const KINDS: [&str; 8] = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];
    // Most texts have no such end, and are told by a look at their last bytes.
    let Some((name, kind)) = text.rsplit_once('.') else { return false };
    !name.is_empty() && KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_ends() {
        assert!(is_image("a/b c.JPG") && is_image("1.png") && is_image("x.tar.webp"));
        assert!(!is_image(".png") && !is_image("png") && !is_image("a.txt") && !is_image(""));
    }
}
