//! The name of a file in settings that are copied.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a file. Settings that have one can be copied as numbers are: equal names share one text, which stays until the program ends.
///
/// ```
/// use kiln_data::FileName;
///
/// let name = FileName::new("tokenizer.json");
/// assert_eq!((name, name.as_str()), (FileName::new("tokenizer.json"), "tokenizer.json"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FileName(&'static str);

impl FileName {
    /// This name.
    pub fn new(name: &str) -> Self {
        static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = names.get(name).copied();
        Self(kept.unwrap_or_else(|| {
            let kept: &'static str = Box::leak(name.into());
            names.insert(kept);
            kept
        }))
    }

    /// The name.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Where the file is.
    pub fn path(self) -> &'static Path {
        Path::new(self.0)
    }
}

// By hand: serde would ask that what is read stays, too.
impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Self::new(&name))
    }
}

impl Serialize for FileName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
