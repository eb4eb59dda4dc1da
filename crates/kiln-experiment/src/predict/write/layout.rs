//! What stands in a line of predictions, whatever the format.

use crate::parquet::{Cell, Field, FieldKind};

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Columns<'a> {
    /// One of these classes; with `proba`, the probability of each too; with `spread`, how much the probabilities vary.
    Classes {
        /// The classes.
        names: &'a [String],
        /// Whether the probabilities are written.
        proba: bool,
        /// Whether the standard deviations are written.
        spread: bool,
    },
    /// Numbers of these names; with `spread`, how much they vary.
    Values {
        /// The columns.
        names: &'a [String],
        /// Whether the standard deviations are written.
        spread: bool,
    },
}

/// What stands in front of a prediction, beside the number of the row. Default: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Carried {
    /// Whether every item has a file of its own.
    pub files: bool,
    /// The columns of the input that are kept.
    pub kept: Vec<String>,
}

impl Carried {
    /// Files, and columns of the input.
    pub fn new(files: bool, kept: Vec<String>) -> Self {
        Self { files, kept }
    }
}

/// One item with what is predicted for it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PredictedItem<'a> {
    /// The row of the input, from 1; of images their number in the order of their names.
    pub row: u64,
    /// The file of the item, where each has its own.
    pub file: Option<&'a str>,
    /// The cells of the columns that are kept, as they are written.
    pub kept: &'a [&'a str],
    /// The place of the class that is predicted; 0 for numbers.
    pub class: usize,
    /// The probability of each class, or the numbers.
    pub numbers: &'a [f64],
    /// Their standard deviations over the passes.
    pub deviations: &'a [f64],
}

impl Columns<'_> {
    /// The columns of a table, in order. A column that is kept and called as one of the others is called `input_…`.
    pub(super) fn fields(&self, carried: &Carried) -> Vec<Field> {
        let own = self.own_fields();
        let mut taken: Vec<String> = own.iter().map(|field| field.name.clone()).collect();
        let front: &[&str] = if carried.files { &["row", "file"] } else { &["row"] };
        taken.extend(front.iter().map(|name| (*name).to_owned()));
        let kinds = [FieldKind::Whole, FieldKind::Text];
        let mut fields: Vec<Field> =
            front.iter().zip(kinds).map(|(name, kind)| Field { name: (*name).to_owned(), kind }).collect();
        for name in &carried.kept {
            let mut name = name.clone();
            while taken.contains(&name) {
                name = format!("input_{name}");
            }
            taken.push(name.clone());
            fields.push(Field { name, kind: FieldKind::Text });
        }
        fields.extend(own);
        fields
    }

    fn own_fields(&self) -> Vec<Field> {
        let number = |name: String| Field { name, kind: FieldKind::Number };
        match *self {
            Columns::Classes { names, proba, spread } => {
                let mut fields = vec![Field { name: "prediction".to_owned(), kind: FieldKind::Text }];
                match (proba, spread) {
                    (false, true) => fields.push(number("sd".to_owned())),
                    (false, false) => {}
                    (true, _) => {
                        fields.extend(names.iter().map(|name| number(format!("p_{name}"))));
                        fields
                            .extend(names.iter().filter(|_| spread).map(|name| number(format!("sd_{name}"))));
                    }
                }
                fields
            }
            Columns::Values { names, spread } => {
                let deviations = names.iter().filter(|_| spread).map(|name| format!("sd_{name}"));
                names.iter().cloned().chain(deviations).map(number).collect()
            }
        }
    }

    /// The cells of an item, one for each field.
    pub(super) fn cells<'a>(&'a self, carried: &Carried, item: &PredictedItem<'a>) -> Vec<Cell<'a>> {
        let mut cells = vec![Cell::Whole(item.row)];
        if carried.files {
            cells.push(Cell::Text(item.file.unwrap_or_default()));
        }
        cells.extend(item.kept.iter().map(|text| Cell::Text(text)));
        let (shown, varies): (&[f64], &[f64]) = match *self {
            Columns::Classes { names, proba, spread } => {
                cells.push(Cell::Text(class(names, item.class)));
                match (proba, spread) {
                    (false, false) => (&[], &[]),
                    (false, true) => (&[], item.deviations.get(item.class..=item.class).unwrap_or(&[])),
                    (true, spread) => (item.numbers, if spread { item.deviations } else { &[] }),
                }
            }
            Columns::Values { spread, .. } => (item.numbers, if spread { item.deviations } else { &[] }),
        };
        cells.extend(shown.iter().chain(varies).map(|number| Cell::Number(*number)));
        cells
    }
}

pub(super) fn class(names: &[String], place: usize) -> &str {
    names.get(place).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_kept_never_hides_a_prediction() {
        let names = ["price".to_owned()];
        let columns = Columns::Values { names: &names, spread: false };
        let kept = ["row", "price", "input_price", "id"].map(str::to_owned).to_vec();
        let fields = columns.fields(&Carried::new(true, kept));
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["row", "file", "input_row", "input_price", "input_input_price", "id", "price"]);
    }
}
