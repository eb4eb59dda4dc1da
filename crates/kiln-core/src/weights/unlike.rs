//! How weights and a model differ.

use std::fmt;

use super::mismatch::{Mismatch, SHOWN};

/// All that keeps weights from being those of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unlike {
    /// What the weights lack: the name that was looked for, and the one among what is left over that is most like it.
    pub missing: Vec<(String, Option<String>)>,
    /// Tensors of another shape.
    pub mismatched: Vec<Mismatch>,
    /// Names in the weights that the model has no place for.
    pub unused: Vec<String>,
}

impl fmt::Display for Unlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.iter().map(|(name, near)| match near {
            Some(near) => format!("{name:?} (like {near:?}?)"),
            None => format!("{name:?}"),
        });
        let shapes = self.mismatched.iter().map(|Mismatch { name, found, expected }| {
            format!("{name:?} is {found:?} where the model has {expected:?}")
        });
        let unused = self.unused.iter().map(|name| format!("{name:?}"));
        let lists = [
            ("missing", missing.collect::<Vec<_>>()),
            ("of another shape", shapes.collect()),
            ("left over", unused.collect()),
        ];
        for (index, (what, list)) in lists.iter().filter(|(_, list)| !list.is_empty()).enumerate() {
            let shown = list[..list.len().min(SHOWN)].join(", ");
            write!(f, "{}{what}: {shown}", if index > 0 { "; " } else { "" })?;
            if list.len() > SHOWN {
                write!(f, " and {} more", list.len() - SHOWN)?;
            }
        }
        Ok(())
    }
}
