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
        /// Whether the set of classes is written.
        bounds: bool,
    },
    /// Numbers of these names; with `spread`, how much they vary.
    Values {
        /// The columns.
        names: &'a [String],
        /// Whether the standard deviations are written.
        spread: bool,
        /// Whether the intervals are written.
        bounds: bool,
    },
}

/// How far a prediction may be off. Default: nothing is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bound {
    /// The lower ends of the intervals, one for each number.
    pub lower: Vec<f64>,
    /// Their upper ends.
    pub upper: Vec<f64>,
    /// The places of the classes in the set, rising. It can be empty, where every class is unlikely.
    pub set: Vec<usize>,
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
    /// How far they may be off.
    pub bound: &'a Bound,
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
            Columns::Classes { names, proba, spread, bounds } => {
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
                if bounds {
                    fields.push(Field { name: "set".to_owned(), kind: FieldKind::Text });
                }
                fields
            }
            Columns::Values { names, spread, bounds } => {
                let deviations = names.iter().filter(|_| spread).map(|name| format!("sd_{name}"));
                let ends = |name: &String| [format!("lower_{name}"), format!("upper_{name}")];
                let ends = names.iter().filter(|_| bounds).flat_map(ends);
                names.iter().cloned().chain(deviations).chain(ends).map(number).collect()
            }
        }
    }

    /// The cells of an item, one for each field.
    pub(super) fn cells<'a>(&'a self, carried: &Carried, item: &PredictedItem<'a>) -> Vec<Cell<'a>> {
        let mut cells = vec![Cell::Whole(item.row)];
        if carried.files {
            cells.push(Cell::Text(item.file.unwrap_or_default().into()));
        }
        cells.extend(item.kept.iter().map(|text| Cell::Text((*text).into())));
        let (shown, varies): (&[f64], &[f64]) = match *self {
            Columns::Classes { names, proba, spread, .. } => {
                cells.push(Cell::Text(class(names, item.class).into()));
                match (proba, spread) {
                    (false, false) => (&[], &[]),
                    (false, true) => (&[], item.deviations.get(item.class..=item.class).unwrap_or(&[])),
                    (true, spread) => (item.numbers, if spread { item.deviations } else { &[] }),
                }
            }
            Columns::Values { spread, .. } => (item.numbers, if spread { item.deviations } else { &[] }),
        };
        cells.extend(shown.iter().chain(varies).map(|number| Cell::Number(*number)));
        match *self {
            Columns::Classes { names, bounds: true, .. } => {
                let set: Vec<&str> = item.bound.set.iter().map(|place| class(names, *place)).collect();
                cells.push(Cell::Text(set.join("|").into()));
            }
            Columns::Values { bounds: true, .. } => {
                let ends = item.bound.lower.iter().zip(&item.bound.upper).flat_map(|(low, high)| [low, high]);
                cells.extend(ends.map(|number| Cell::Number(*number)));
            }
            _ => {}
        }
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
        let columns = Columns::Values { names: &names, spread: false, bounds: false };
        let kept = ["row", "price", "input_price", "id"].map(str::to_owned).to_vec();
        let fields = columns.fields(&Carried::new(true, kept));
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["row", "file", "input_row", "input_price", "input_input_price", "id", "price"]);
    }
}
