//! Tables whose cells come from elsewhere.

use kiln_core::nearest;
use kiln_data::{Column, Features, MISSING, Values};

use crate::error::{ExperimentError, ImportanceError};
use crate::predict::Predictor;

/// Rows of the columns that a model looks at, in memory.
#[derive(Debug, Clone)]
pub(super) struct Table {
    columns: Vec<Column>,
    items: usize,
}

/// What a column is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    /// A category, by its code.
    Code(u32),
}

impl Table {
    /// The cells of `rows`, in their order.
    pub(super) fn of(
        predictor: &Predictor,
        features: &Features,
        rows: &[usize],
    ) -> Result<Self, ExperimentError> {
        let table = features.as_table().ok_or(ImportanceError::NoTable)?;
        // Of several models one may look at a column that another has left out.
        let is_known = |name: &str| {
            let models = predictor.each().iter().filter_map(Predictor::columns);
            models.flatten().any(|column| column.name == name)
        };
        let mut columns = Vec::new();
        for column in table.iter().filter(|column| is_known(&column.name)) {
            let values = taken(column.values.loaded()?.as_ref(), rows);
            columns.push(Column { name: column.name.clone(), values });
        }
        Ok(Self { columns, items: rows.len() })
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(super) fn items(&self) -> usize {
        self.items
    }

    pub(super) fn features(&self) -> Features {
        Features::Table(self.columns.clone())
    }

    /// The place of the column called `name`.
    pub(super) fn place(&self, name: &str) -> Result<usize, ImportanceError> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            let nearest = nearest(name, self.columns.iter().map(|column| column.name.as_str()));
            ImportanceError::NoColumn { name: name.to_owned(), nearest }
        })
    }

    /// Item `i` has the cells of item `order[i]` in `places`.
    pub(super) fn shuffled(&self, places: &[usize], order: &[usize]) -> Features {
        let mut columns = self.columns.clone();
        for place in places {
            columns[*place].values = taken(&self.columns[*place].values, order);
        }
        Features::Table(columns)
    }

    /// Every item has this cell in a column.
    pub(super) fn with(&self, place: usize, cell: Cell) -> Features {
        let mut columns = self.columns.clone();
        match (&mut columns[place].values, cell) {
            (Values::Numeric(cells) | Values::Dates { days: cells, .. }, Cell::Number(number)) => {
                cells.fill(number);
            }
            (Values::Categorical { codes, .. }, Cell::Code(code)) => codes.fill(code),
            _ => {}
        }
        Features::Table(columns)
    }

    /// For each coalition all rows of the table, whose cells are those of `item` of `other` where the coalition has the column.
    pub(super) fn told(&self, other: &Self, item: usize, coalitions: &[Vec<bool>]) -> Features {
        let mixed = |(place, column): (usize, &Column)| {
            let own: Vec<usize> = (0..self.items).collect();
            let theirs = taken(&other.columns[place].values, &vec![item; self.items]);
            let own = taken(&column.values, &own);
            let parts = coalitions.iter().map(|who| if who[place] { &theirs } else { &own });
            Column { name: column.name.clone(), values: joined(parts) }
        };
        Features::Table(self.columns.iter().enumerate().map(mixed).collect())
    }
}

/// The cells of `rows`.
fn taken(values: &Values, rows: &[usize]) -> Values {
    let numbers = |cells: &[f64]| rows.iter().map(|row| cells[*row]).collect::<Vec<_>>();
    match values {
        Values::Categorical { codes, names } => Values::Categorical {
            codes: rows.iter().map(|row| codes.get(*row).copied().unwrap_or(MISSING)).collect(),
            names: names.clone(),
        },
        Values::Dates { days, form } => Values::Dates { days: numbers(days), form: *form },
        Values::Numeric(cells) => Values::Numeric(numbers(cells)),
        // Columns are loaded before.
        _ => Values::Numeric(vec![f64::NAN; rows.len()]),
    }
}

/// Parts of one column, one behind the other.
fn joined<'a>(parts: impl Iterator<Item = &'a Values>) -> Values {
    let mut whole: Option<Values> = None;
    for part in parts {
        match (&mut whole, part) {
            (Some(Values::Numeric(all)), Values::Numeric(cells)) => all.extend(cells),
            (Some(Values::Dates { days: all, .. }), Values::Dates { days, .. }) => all.extend(days),
            (Some(Values::Categorical { codes: all, .. }), Values::Categorical { codes, .. }) => {
                all.extend(codes);
            }
            (None, first) => whole = Some(first.clone()),
            _ => {}
        }
    }
    whole.unwrap_or(Values::Numeric(Vec::new()))
}
