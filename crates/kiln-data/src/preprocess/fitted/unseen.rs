//! Categories that the training part does not have.

use std::collections::HashMap;

use super::Fitted;
use crate::cell::{CellValue, Meaning, meaning, spelled};
use crate::preprocess::Unseen;
use crate::{Column, ColumnKind, ColumnSchema, Features, MISSING, Values};

impl Fitted {
    /// The cells of `rows` that have a category which the training part does not have, column by column; without `rows`,
    /// of all. Empty where there are none, and for other inputs than tables.
    ///
    /// ```
    /// use kiln_data::{Column, Dataset, Features, Preprocess, Split, Target, Values};
    ///
    /// let colour = |names: &[&str], codes: &[u32]| {
    ///     let names = names.iter().map(|name| name.to_string()).collect();
    ///     Features::Table(vec![Column { name: "colour".into(), values: Values::Categorical { codes: codes.into(), names } }])
    /// };
    /// let y = Target::Classes { labels: vec![0, 1], names: vec!["no".into(), "yes".into()] };
    /// let data = Dataset::new("trees", colour(&["Green", "Red"], &[0, 1]), y);
    /// let split = Split { train: vec![0, 1], ..Split::default() };
    /// let fitted = Preprocess::default().fit(&split.train_view(&data))?;
    ///
    /// let found = fitted.unseen(&colour(&["RED", "Green"], &[0, 1, 0]), None);
    /// assert_eq!((found[0].column.as_str(), found[0].cells), ("colour", 2));
    /// assert_eq!(found[0].values[0].nearest.as_deref(), Some("Red"));
    /// # Ok::<(), kiln_data::DataError>(())
    /// ```
    pub fn unseen(&self, features: &Features, rows: Option<&[usize]>) -> Vec<Unseen> {
        let (Some(known), Some(columns)) = (self.columns(), features.as_table()) else { return Vec::new() };
        let pairs = known
            .iter()
            .filter_map(|schema| Some((schema, columns.iter().find(|column| column.name == schema.name)?)));
        pairs.filter_map(|(schema, column)| of_column(schema, column, rows)).collect()
    }

    /// As [`Fitted::unseen`], of rows whose cells come in the order of [`Fitted::columns`].
    pub fn unseen_cells<'a, R>(&self, rows: impl IntoIterator<Item = R>) -> Vec<Unseen>
    where
        R: IntoIterator<Item = CellValue<'a>>,
    {
        let (schemas, marks) = (self.columns().unwrap_or_default(), self.marks());
        let mut counts: Vec<HashMap<String, usize>> = vec![HashMap::new(); schemas.len()];
        for row in rows {
            for ((schema, counts), cell) in schemas.iter().zip(&mut counts).zip(row) {
                let CellValue::Text(text) = cell else { continue };
                let text = text.trim();
                if meaning(text, &marks) != Meaning::Missing && is_unseen(schema, text) {
                    *counts.entry(text.to_owned()).or_default() += 1;
                }
            }
        }
        schemas
            .iter()
            .zip(counts)
            .filter_map(|(schema, counts)| Unseen::of(&schema.name, known(schema), counts))
            .collect()
    }
}

fn of_column(schema: &ColumnSchema, column: &Column, rows: Option<&[usize]>) -> Option<Unseen> {
    let Values::Categorical { codes, names } = &column.values else { return None };
    let unseen: Vec<bool> = names.iter().map(|name| is_unseen(schema, name)).collect();
    if !unseen.contains(&true) {
        return None;
    }
    let mut counts = vec![0usize; names.len()];
    let mut count = |code: u32| {
        if code != MISSING && unseen.get(code as usize) == Some(&true) {
            counts[code as usize] += 1;
        }
    };
    match rows {
        Some(rows) => rows.iter().filter_map(|row| codes.get(*row)).for_each(|code| count(*code)),
        None => codes.iter().for_each(|code| count(*code)),
    }
    let counts = names.iter().cloned().zip(counts).filter(|(_, cells)| *cells > 0);
    Unseen::of(&schema.name, known(schema), counts.collect())
}

fn is_unseen(schema: &ColumnSchema, name: &str) -> bool {
    let ColumnKind::Categorical(known) = &schema.kind else { return false };
    let name = spelled(known, name);
    known.binary_search_by(|known| known.as_str().cmp(name)).is_err()
}

fn known(schema: &ColumnSchema) -> &[String] {
    match &schema.kind {
        ColumnKind::Categorical(known) => known,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_seen_is_counted_and_named() {
        let known = ["Sold", "Unsold"].map(str::to_owned).to_vec();
        let schema = ColumnSchema { name: "sold".to_owned(), kind: ColumnKind::Categorical(known) };
        let names = ["Unsold", "UNSOLD", "perhaps", "Sold"].map(str::to_owned).to_vec();
        let column = Column {
            name: "sold".to_owned(),
            values: Values::Categorical { codes: vec![0, 1, 1, MISSING, 2, 3], names },
        };
        let found = of_column(&schema, &column, None).unwrap();
        assert_eq!(
            found.to_string(),
            "3 cells of column \"sold\" have a category that the model was not trained on: \
             \"UNSOLD\" (2, nearest is \"Unsold\"), \"perhaps\" (1)"
        );
        let found = of_column(&schema, &column, Some(&[0, 1, 5])).unwrap();
        assert!(found.to_string().starts_with("1 cell of column \"sold\" has a category"), "{found}");
        assert_eq!(of_column(&schema, &column, Some(&[0, 3, 5])), None);
    }
}
