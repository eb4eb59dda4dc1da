//! The texts of all items.

use std::fmt;
use std::sync::Arc;

/// The texts of all items, one after another. A clone shares them.
///
/// ```
/// use kiln_data::Texts;
///
/// let texts = Texts::new(["one", "", "two words"]);
/// assert_eq!((texts.len(), texts.text(2)), (3, "two words"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Texts(Arc<Store>);

#[derive(PartialEq, Eq)]
struct Store {
    all: String,
    /// Where each ends in `all`, rising.
    ends: Vec<usize>,
}

impl Texts {
    /// One item for each text, which may be empty.
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let (mut all, mut ends) = (String::new(), Vec::new());
        for text in texts {
            all.push_str(text.as_ref());
            ends.push(all.len());
        }
        Self(Arc::new(Store { all, ends }))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.ends.is_empty()
    }

    /// The text of an item; an empty one for an item that is not there.
    pub fn text(&self, row: usize) -> &str {
        let Store { all, ends } = &*self.0;
        let start = row.checked_sub(1).map_or(0, |before| ends.get(before).copied().unwrap_or(0));
        ends.get(row).and_then(|&end| all.get(start..end)).unwrap_or_default()
    }

    /// All texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|row| self.text(row))
    }

    /// The bytes of all of them.
    pub(super) fn bytes(&self) -> usize {
        self.0.all.len()
    }

    /// Whether both are one list in memory.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

// By hand: texts are too long to print.
impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("texts", &self.len()).field("bytes", &self.bytes()).finish()
    }
}
