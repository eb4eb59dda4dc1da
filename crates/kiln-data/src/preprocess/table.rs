//! Tables: columns to rows of numbers.

mod check;
mod rows;

use serde::{Deserialize, Serialize};

use super::bins::Bins;
use super::encoding::Encoding;
use super::fit_column::{ByTarget, digest, fit_column};
use super::groups::FeatureGroup;
use super::inner_folds::InnerFolds;
use super::matrix::Matrix;
use super::pca::Pca;
use super::select::Selection;
use super::settings::Preprocess;
use super::steps::{ColumnStep, TableSteps};
use super::train_targets::TrainTargets;
use crate::cell::Marks;
use crate::form::gathered;
use crate::{BinsBy, Column, ColumnSchema, DataError, Encode, Precision};

/// Encodes the columns of a table, selects among them and takes principal components of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableEncoder {
    /// What each column is; categories are those of the training part, sorted.
    pub(crate) columns: Vec<ColumnSchema>,
    /// How each column is encoded.
    encodings: Vec<Encoding>,
    /// How exactly numbers are taken.
    #[serde(default = "Precision::of_old", skip_serializing_if = "Precision::is_old")]
    precision: Precision,
    /// Columns of the training data that are no inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<String>,
    /// The digest of the training part, where its rows are encoded within inner folds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    training: Option<String>,
    /// Which encoded columns are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    select: Option<Selection>,
    /// What is made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pca: Option<Pca>,
    /// The bins of what is a number after all of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bins: Option<Bins>,
}

impl TableEncoder {
    /// Fits to the columns of the training part, which is a table and has a row.
    pub(crate) fn fit(
        columns: &[Column],
        train: &TrainTargets<'_>,
        preprocess: &Preprocess,
    ) -> Result<Self, DataError> {
        let by_target = match preprocess.encode {
            Encode::OneHot => None,
            Encode::Target => Some(ByTarget::new(columns, train)?),
        };
        let precision = train.fit.precision();
        let mut table = Self { precision, ..Self::default() };
        for column in columns {
            let column = &*column.loaded()?;
            match fit_column(column, train.fit, preprocess, by_target.as_ref())? {
                Some((schema, encoding)) => {
                    table.columns.push(schema);
                    table.encodings.push(encoding);
                }
                None => table.left_out.push(column.name.clone()),
            }
        }
        if table.columns.is_empty() {
            let column = table.left_out.first().cloned().unwrap_or_default();
            return Err(DataError::NoValues { column });
        }
        let by_target = by_target.filter(|_| table.encodings.iter().any(Encoding::is_by_target));
        table.training = by_target.as_ref().map(|_| digest(train, precision));
        if preprocess.select.is_some() || preprocess.pca.is_some() || preprocess.bins.is_some() {
            let (rows, weights) = train.fit.relative_weights();
            let mut matrix = table.encode(columns, &rows, by_target.as_ref().map(ByTarget::folds))?;
            if let Some(count) = preprocess.select {
                let select = Selection::fit(&matrix, train, &rows, &weights, count)?;
                matrix = select.apply(&matrix);
                table.select = Some(select);
            }
            if let Some(wanted) = preprocess.pca {
                let pca = Pca::fit(&matrix, &weights, wanted, preprocess.whiten)?;
                matrix = pca.apply(&matrix);
                table.pca = Some(pca);
            }
            if let Some(count) = preprocess.bins {
                let numbers = table.numbers().into_iter();
                table.bins = Some(match preprocess.bins_by {
                    BinsBy::Quantiles => Bins::fit(&matrix, numbers, count),
                    BinsBy::Tree => Bins::by_tree(&matrix, numbers, count, train, (&rows, &weights))?,
                });
            }
        }
        Ok(table)
    }

    /// The inner folds of the training part; `None` where its rows are encoded as all others are.
    pub(crate) fn folds(&self, train: &TrainTargets<'_>) -> Result<Option<InnerFolds>, DataError> {
        match &self.training {
            None => Ok(None),
            Some(training) if *training == digest(train, self.precision) => InnerFolds::of(train).map(Some),
            Some(_) => Err(DataError::NotTheTrainingPart),
        }
    }

    /// How exactly numbers are taken.
    pub(crate) fn precision(&self) -> Precision {
        self.precision
    }

    /// What becomes of a row in which `marks` are missing values.
    pub(crate) fn steps(&self, marks: &Marks) -> TableSteps {
        let column = |(schema, encoding): (&ColumnSchema, &Encoding)| ColumnStep {
            name: schema.name.clone(),
            encoding: encoding.step(schema),
        };
        TableSteps {
            columns: self.parts().map(column).collect(),
            select: self.select.as_ref().map(|select| select.kept().to_vec()),
            pca: self.pca.clone(),
            single: self.precision.is_old(),
            marks: marks.clone(),
        }
    }

    /// The columns that are no inputs, because they have no value in the training part.
    pub(crate) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Numbers in a row.
    pub(crate) fn width(&self) -> usize {
        self.pca.as_ref().map_or_else(|| self.selected_width(), Pca::width)
    }

    /// What each number in a row is: a column, one of its categories, a component.
    pub(crate) fn names(&self) -> Vec<String> {
        if let Some(pca) = &self.pca {
            return (1..=pca.width()).map(|number| format!("pc{number}")).collect();
        }
        let names: Vec<String> = self.parts().flat_map(|(column, encoding)| encoding.names(column)).collect();
        match &self.select {
            Some(select) => select.kept().iter().map(|&index| names[index].clone()).collect(),
            None => names,
        }
    }

    /// Which features belong together.
    pub(crate) fn groups(&self) -> Vec<FeatureGroup> {
        if let Some(pca) = &self.pca {
            return (0..pca.width()).map(FeatureGroup::number).collect();
        }
        let (mut groups, mut end) = (Vec::new(), 0);
        for (column, encoding) in self.parts() {
            let start = end;
            end += encoding.width(column);
            match encoding {
                Encoding::Flagged(_) => {
                    groups.push(FeatureGroup::number(start));
                    groups.push(FeatureGroup { features: start + 1..end, numeric: false });
                }
                Encoding::OneHot { .. } => groups.push(FeatureGroup { features: start..end, numeric: false }),
                Encoding::Numeric { .. }
                | Encoding::Curved { .. }
                | Encoding::Target(_)
                | Encoding::Dates(_) => {
                    groups.extend((start..end).map(FeatureGroup::number));
                }
            }
        }
        match &self.select {
            Some(select) => groups.into_iter().filter_map(|group| group.kept(select.kept())).collect(),
            None => groups,
        }
    }

    /// The places of the features that are numbers.
    fn numbers(&self) -> Vec<usize> {
        self.groups().into_iter().filter(|group| group.numeric).flat_map(|group| group.features).collect()
    }

    /// The edges of the bins of every number; `None` where none are cut.
    pub(crate) fn bins(&self) -> Option<&[Vec<f32>]> {
        self.bins.as_ref().map(Bins::edges)
    }

    /// The principal components.
    pub(crate) fn pca(&self) -> Option<&Pca> {
        self.pca.as_ref()
    }

    /// `[rows, width]` of columns whose lengths are checked against `rows`; `folds` are those of training rows.
    pub(crate) fn apply(
        &self,
        columns: &[Column],
        rows: &[usize],
        folds: Option<&InnerFolds>,
    ) -> Result<Vec<f32>, DataError> {
        self.finish(self.encode(columns, rows, folds)?, |place| rows[place])
    }

    /// What selection and components make of encoded rows, as the model sees it. `row` says which row is at a place, for
    /// messages.
    fn finish(&self, mut matrix: Matrix, row: impl Fn(usize) -> usize) -> Result<Vec<f32>, DataError> {
        if let Some(select) = &self.select {
            matrix = select.apply(&matrix);
        }
        if let Some(pca) = &self.pca {
            matrix = pca.apply(&matrix);
        }
        let numbers: Vec<f32> = matrix.numbers.iter().map(|x| *x as f32).collect();
        match numbers.iter().position(|x| !x.is_finite()) {
            None => Ok(numbers),
            Some(place) => {
                let (row, feature) = (row(place / matrix.width), place % matrix.width);
                let column = self.names().swap_remove(feature);
                Err(DataError::NotFinite { column, row, value: f64::from(numbers[place]) })
            }
        }
    }

    fn encoded_width(&self) -> usize {
        self.parts().map(|(column, encoding)| encoding.width(column)).sum()
    }

    fn selected_width(&self) -> usize {
        self.select.as_ref().map_or_else(|| self.encoded_width(), |select| select.kept().len())
    }

    /// `[rows, encoded width]`.
    fn encode(
        &self,
        columns: &[Column],
        rows: &[usize],
        folds: Option<&InnerFolds>,
    ) -> Result<Matrix, DataError> {
        // Rows that were gathered from disk have other places than in the table.
        let gathered = gathered(columns, rows)?;
        let columns = gathered.as_deref().unwrap_or(columns);
        let columns: Vec<&Column> = columns.iter().filter(|column| !self.leaves_out(column)).collect();
        self.check(&columns)?;
        let mut out = Matrix::zeros(rows.len(), self.encoded_width());
        let mut first = 0;
        for ((schema, encoding), column) in self.parts().zip(columns) {
            let width = encoding.width(schema);
            let to = out.numbers.chunks_exact_mut(out.width).map(|row| &mut row[first..first + width]);
            for ((place, &row), to) in rows.iter().enumerate().zip(to) {
                let place = if gathered.is_some() { place } else { row };
                encoding.write(schema, column, (place, row), self.precision, folds, to)?;
            }
            first += width;
        }
        Ok(out)
    }

    /// Whether a fit can have made this.
    pub(crate) fn is_sound(&self) -> bool {
        !self.columns.is_empty()
            && self.columns.len() == self.encodings.len()
            && self.parts().all(|(column, encoding)| encoding.is_sound(column))
            && self.training.is_some() == self.encodings.iter().any(Encoding::is_by_target)
            && self.columns.iter().all(|column| !self.left_out.contains(&column.name))
            && self.select.as_ref().is_none_or(|select| select.is_sound(self.encoded_width()))
            && self.pca.as_ref().is_none_or(|pca| pca.is_sound(self.selected_width()))
            && self.bins.as_ref().is_none_or(|bins| bins.is_sound(self.numbers().len()))
    }

    fn parts(&self) -> impl Iterator<Item = (&ColumnSchema, &Encoding)> {
        self.columns.iter().zip(&self.encodings)
    }

    fn leaves_out(&self, column: &Column) -> bool {
        self.left_out.contains(&column.name)
    }
}
