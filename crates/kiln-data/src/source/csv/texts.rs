//! Columns as they are written, for what is carried along: ids, names, labels.

use std::path::Path;

use kiln_core::nearest;

use super::file::CsvFile;
use super::problem::CsvProblem;
use crate::source::table::{Row, RowPlace, Scan, TableFile, Wrong};
use crate::{CellValue, DataError};

/// The names of the columns of a file.
///
/// # Errors
/// As [`read_texts`].
pub(crate) fn header(path: &Path) -> Result<Vec<String>, DataError> {
    Ok(CsvFile::open(path)?.names().to_vec())
}

/// The cells of the columns `names` as they are written, without the white space around them: a list for each column, in the
/// order of `names`.
///
/// # Errors
/// [`FileError::Csv`](crate::FileError::Csv) for a column that is not there, and for a file that is malformed.
pub fn read_texts(path: &Path, names: &[String]) -> Result<Vec<Vec<String>>, DataError> {
    texts_of(&CsvFile::open(path)?, names)
}

/// As [`read_texts`], of a file in any format.
pub(crate) fn texts_of<F: TableFile>(file: &F, names: &[String]) -> Result<Vec<Vec<String>>, DataError> {
    let place = |name: &String| {
        file.names().iter().position(|known| known == name).ok_or_else(|| {
            let nearest = nearest(name, file.names().iter().map(String::as_str));
            file.file_error(CsvProblem::NoColumn { column: name.clone(), nearest })
        })
    };
    let places = names.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    loop {
        let mut columns = vec![Vec::new(); names.len()];
        let begin = || Texts { places: &places, columns: vec![Vec::new(); names.len()] };
        let read = file.scan(begin, |part| {
            columns
                .iter_mut()
                .zip(part)
                .for_each(|(column, part): (&mut Vec<String>, _)| column.extend(part));
            Ok(())
        });
        match read {
            Ok(_) => return Ok(columns),
            Err(error) => file.settle(error)?,
        }
    }
}

/// The cells of the first `most` rows as they are written, a name and a list for each column.
///
/// # Errors
/// [`FileError::Csv`](crate::FileError::Csv) for a file that is malformed.
pub(crate) fn first_texts(path: &Path, most: usize) -> Result<Vec<(String, Vec<String>)>, DataError> {
    let file = CsvFile::open(path)?;
    let count = file.names().len();
    let rows = loop {
        let mut rows = Vec::new();
        let read = file.scan(
            || First { most, count, rows: Vec::new() },
            |part| {
                rows.extend(part);
                Ok(())
            },
        );
        match read {
            Ok(_) => break rows,
            Err(error) => file.settle(error)?,
        }
    };
    let texts = |column: usize| rows.iter().map(|row: &Vec<String>| row[column].clone()).collect();
    Ok(file.names().iter().enumerate().map(|(column, name)| (name.clone(), texts(column))).collect())
}

/// The first rows of a file.
struct First {
    most: usize,
    count: usize,
    rows: Vec<Vec<String>>,
}

impl Scan for First {
    type Part = Vec<Vec<String>>;

    fn row<R: Row + ?Sized>(&mut self, place: RowPlace, row: &R) -> Result<(), Wrong> {
        if place.row <= self.most {
            self.rows.push((0..self.count).map(|column| text(row.cell(column))).collect());
        }
        Ok(())
    }

    fn part(&mut self) -> Self::Part {
        std::mem::take(&mut self.rows)
    }
}

fn text(cell: CellValue<'_>) -> String {
    match cell {
        CellValue::Text(text) => text.to_owned(),
        CellValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The texts of some columns.
struct Texts<'a> {
    places: &'a [usize],
    columns: Vec<Vec<String>>,
}

impl Scan for Texts<'_> {
    type Part = Vec<Vec<String>>;

    fn row<R: Row + ?Sized>(&mut self, _: RowPlace, row: &R) -> Result<(), Wrong> {
        for (place, texts) in self.places.iter().zip(&mut self.columns) {
            texts.push(text(row.cell(*place)));
        }
        Ok(())
    }

    fn part(&mut self) -> Self::Part {
        self.columns.iter_mut().map(std::mem::take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_kept_as_they_are_written() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "id,x,name\n007,1,\"a, b\"\n NA ,2,\n").unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = read_texts(file.path(), &names(&["name", "id"])).unwrap();
        assert_eq!(found, [names(&["a, b", ""]), names(&["007", "NA"])]);
        let error = read_texts(file.path(), &names(&["Id"])).unwrap_err().to_string();
        assert!(error.ends_with("there is no column \"Id\""), "{error}");
    }
}
