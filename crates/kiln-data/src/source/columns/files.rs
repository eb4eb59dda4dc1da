//! The rows of one or more files, read by one decision.

use kiln_core::nearest;

use super::asked::Asked;
use super::decide::Decision;
use super::fills::fill_of;
use super::finish::joined;
use super::part::Part;
use super::role::{ColumnRole, Read};
use crate::cache::{CacheFolder, HELD};
use crate::cell::Marks;
use crate::source::csv::{Cell, CsvProblem};
use crate::source::table::{Fill, Keep, Survey, TableFile, fill_or_keep};
use crate::{DataConfig, DataError, MissingTarget};

/// Reads the rows of files by one decision.
pub(super) struct Reader<'a> {
    pub(super) config: &'a DataConfig,
    /// The names of the columns of the first file.
    pub(super) names: &'a [String],
    pub(super) decision: &'a Decision,
    pub(super) asked: &'a Asked,
}

impl Reader<'_> {
    pub(super) fn read(&self, column: usize) -> Read {
        self.decision.columns[column].read
    }

    /// The rows of the first file. Inputs that are too many to be held are kept in `cache`.
    pub(super) fn part<F: TableFile>(
        &self,
        file: &F,
        survey: &Survey,
        cache: Option<&CacheFolder>,
    ) -> Result<Part, DataError> {
        let places: Vec<usize> = (0..self.names.len()).collect();
        let may_go = |column: &usize| {
            matches!(self.decision.columns[*column].role, ColumnRole::Numbers | ColumnRole::Categories)
                && matches!(self.read(*column), Read::Numbers | Read::Categories)
                && self.asked.time != Some(*column)
        };
        let columns = places.iter().map(may_go).collect();
        let keep = cache.map(|cache| Keep { cache, columns, held: HELD });
        self.rows(file, survey, &places, keep.as_ref())
    }

    /// The rows of another file, which has the columns that are read by the same names.
    pub(super) fn other<F: TableFile>(&self, file: &F, marks: Marks) -> Result<Part, DataError> {
        let mut places = Vec::with_capacity(self.names.len());
        for (column, name) in self.names.iter().enumerate() {
            let place = file.names().iter().position(|known| known == name);
            if place.is_none() && self.read(column) != Read::Skip {
                let nearest = nearest(name, file.names().iter().map(String::as_str));
                return Err(file.file_error(CsvProblem::NoSuchColumn { column: name.clone(), nearest }));
            }
            places.push(place.unwrap_or(usize::MAX));
        }
        let wanted: Vec<bool> = (0..file.names().len())
            .map(|place| {
                places.iter().zip(0..).any(|(own, column)| *own == place && self.read(column) != Read::Skip)
            })
            .collect();
        let survey = Survey::of(file, &wanted, marks)?;
        self.rows(file, &survey, &places, None)
    }

    /// Rows of a file, whose columns are at `places`, in the order of the first file.
    fn rows<F: TableFile>(
        &self,
        file: &F,
        survey: &Survey,
        places: &[usize],
        keep: Option<&Keep<'_>>,
    ) -> Result<Part, DataError> {
        let mut fills: Vec<Fill> = survey.names.iter().map(|_| Fill::Skip).collect();
        for (column, &place) in places.iter().enumerate() {
            if self.read(column) != Read::Skip {
                self.check(file, survey, column, place)?;
                fills[place] = fill_of(file, survey, place, self.read(column))?;
            }
        }
        let mut values = fill_or_keep(file, survey, &fills, keep)?;
        let in_order = places.iter().map(|&place| values.get_mut(place).and_then(Option::take)).collect();
        let mut part = Part::new(in_order, survey.rows);
        part.leave_out_missing(&self.asked.targets);
        Ok(part)
    }

    /// Whether the cells of a column can be what it is for.
    fn check<F: TableFile>(
        &self,
        file: &F,
        survey: &Survey,
        column: usize,
        place: usize,
    ) -> Result<(), DataError> {
        let (seen, read) = (&survey.columns[place], self.read(column));
        let is_number = matches!(read, Read::Numbers);
        let missing = match (&seen.first_missing, &seen.first_maybe_missing) {
            (Some(first), Some(maybe)) if is_number && maybe.place < first.place => Some(maybe),
            (None, maybe) if is_number => maybe.as_ref(),
            (first, _) => first.as_ref(),
        };
        let error = |problem: fn(Cell) -> CsvProblem| match missing {
            Some(spot) => Err(survey.spot_error(file, place, spot, |cell, _| problem(cell))),
            None => Ok(()),
        };
        match self.decision.columns[column].role {
            ColumnRole::Target if self.config.missing_target == MissingTarget::Error => {
                error(|cell| CsvProblem::MissingTarget { cell })
            }
            ColumnRole::Weight => {
                error(|cell| CsvProblem::MissingWeight { cell })?;
                match &seen.first_negative {
                    Some(spot) => Err(survey.spot_error(file, place, spot, |cell, text| {
                        CsvProblem::NegativeWeight { cell, text }
                    })),
                    None => Ok(()),
                }
            }
            _ if self.asked.time == Some(column) => error(|cell| CsvProblem::MissingTime { cell }),
            _ => Ok(()),
        }
    }

    /// Adds the rows of another file.
    pub(super) fn append(&self, part: &mut Part, more: Part) {
        part.rows.extend(more.rows);
        part.skipped += more.skipped;
        for (column, (values, more)) in part.columns.iter_mut().zip(more.columns).enumerate() {
            let is_class = matches!(self.read(column), Read::Classes | Read::NumberClasses);
            *values = match (values.take(), more) {
                (Some(values), Some(more)) => Some(joined(values, more, is_class)),
                (values, _) => values,
            };
        }
    }
}
