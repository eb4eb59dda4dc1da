//! What a user is told of a table before anything is trained on it.

use serde::Serialize;

use super::role::ColumnRole;
use crate::{Target, TaskKind};

/// What a reader understood of a table: what each column is and why, what is predicted, what is left out. Nothing of it is
/// fitted: it describes all rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Understood {
    /// How the file is written, where that is not plain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// Rows that are items.
    pub rows: usize,
    /// Rows that are left out because their target is missing.
    pub skipped: usize,
    /// The target columns.
    pub target: Vec<String>,
    /// What is predicted.
    pub task: TaskKind,
    /// Why it is this task, in words.
    pub why: String,
    /// Every column of the file, in its order.
    pub columns: Vec<UnderstoodColumn>,
    /// The column in whose order the rows are split.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// What may surprise, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What a column of a table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnderstoodColumn {
    /// The name in the header; empty for an index without one.
    pub name: String,
    /// What it is, or what it is for.
    pub role: ColumnRole,
    /// Why, where it is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Cells without a value.
    pub missing: usize,
    /// Different categories, where it has such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<usize>,
}

impl UnderstoodColumn {
    /// The name as it is shown: an index has none.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { "(unnamed)" } else { &self.name }
    }
}

impl Understood {
    /// The columns of a role, in the order of the file.
    pub fn of(&self, role: ColumnRole) -> impl Iterator<Item = &UnderstoodColumn> {
        self.columns.iter().filter(move |column| column.role == role)
    }
}

/// What may surprise in the names of the classes: those that differ only in how they are written.
pub(super) fn notes(target: &Target) -> Vec<String> {
    let Some(names) = target.class_names() else { return Vec::new() };
    let key = |name: &str| match name.parse::<f64>() {
        Ok(number) => (number + 0.0).to_string(),
        Err(_) => name.to_lowercase(),
    };
    let mut keys: Vec<(String, &String)> = names.iter().map(|name| (key(name), name)).collect();
    keys.sort();
    let alike = keys.windows(2).find(|pair| pair[0].0 == pair[1].0);
    let note = alike.map(|pair| {
        let (one, other) = (pair[0].1, pair[1].1);
        let help = if one.parse::<f64>().is_ok() {
            "; name the column in data.numeric to make them one"
        } else {
            ""
        };
        format!(
            "the classes {one:?} and {other:?} differ only in how they are written: a label is a text{help}"
        )
    });
    note.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes_of(names: &[&str]) -> Vec<String> {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        notes(&Target::Classes { labels: Vec::new(), names })
    }

    #[test]
    fn classes_that_differ_only_in_how_they_are_written_are_told() {
        assert!(notes_of(&["01", "02", "1"])[0].contains("\"01\" and \"1\""));
        assert!(notes_of(&["Yes", "no", "yes"])[0].ends_with("a label is a text"));
        assert!(notes_of(&["1", "2", "a"]).is_empty());
    }
}
