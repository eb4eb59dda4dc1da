//! The first sheet of an Excel workbook, by the crate `calamine`.
//!
//! The first row that holds anything is the header. Rows without a cell are skipped. Cells with an error, such as `#N/A`, are
//! missing, as in pandas.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::archive::{archive, check, members};
use super::failed::table_error;
use super::guard::{guarded, most_unpacked};
use super::problem::TableProblem;
use super::whole::{Cell, whole};
use crate::source::files::open;
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::{CellValue, DataError, FilePosition};

/// What a damaged one is called.
const FORMAT: &str = "workbook";
/// The most columns that a sheet can have.
const MAX_COLUMNS: usize = 1 << 14;
/// The most bytes between two marks of XML: a cell has 32,767 characters at most.
const LONGEST: u64 = 1 << 20;

/// A sheet whose columns are known.
#[derive(Debug)]
pub(super) struct Sheet {
    path: PathBuf,
    /// What the sheet is called.
    sheet: String,
    names: Vec<String>,
    /// The first column of the sheet that the header has.
    first: u32,
}

impl Sheet {
    /// Finds the first sheet and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        check_sizes(path)?;
        guarded(path, FORMAT, || {
            let sheet = workbook(path)?.sheet_names().first().cloned();
            let sheet = sheet.ok_or_else(|| no_table(path, "the workbook has no sheet".to_owned()))?;
            let mut header: Vec<(u32, String)> = Vec::new();
            walk(path, &sheet, &mut |cells| {
                header = cells.iter().map(|(column, cell)| (*column, text(cell))).collect();
                Ok(false)
            })?;
            let ends = header.iter().map(|(column, _)| *column);
            let Some((first, last)) = ends.clone().min().zip(ends.max()) else {
                return Err(no_table(path, "the first sheet is empty".to_owned()));
            };
            if last as usize >= MAX_COLUMNS {
                let problem = TableProblem::TooManyColumns { limit: MAX_COLUMNS };
                return Err(table_error(FilePosition::file(path), problem));
            }
            let mut names = vec![String::new(); (last - first) as usize + 1];
            for (column, name) in header {
                names[(column - first) as usize] = name;
            }
            Ok(Self { path: path.to_owned(), sheet, names, first })
        })
    }
}

impl RowSource for Sheet {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        let path = self.path.as_path();
        guarded(path, FORMAT, || {
            let (mut place, mut is_header) = (RowPlace::default(), true);
            walk(path, &self.sheet, &mut |cells| {
                if std::mem::take(&mut is_header) {
                    return Ok(true);
                }
                place.row += 1;
                let mut values = vec![CellValue::Missing; self.names.len()];
                for (column, cell) in cells.iter().filter(|(_, cell)| *cell != Cell::Missing) {
                    let at = column.checked_sub(self.first).and_then(|at| values.get_mut(at as usize));
                    let row = place.row;
                    *at.ok_or_else(|| {
                        no_table(
                            path,
                            format!("row {row} has a cell beside the columns that the header names"),
                        )
                    })? = cell.value();
                }
                each(place, &values).map(|()| true)
            })
        })
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(&self.path)
    }
}

/// The cells of a row, by the number of their column.
type Cells = [(u32, Cell<'static>)];

/// Calls `each` with every row that has a cell that is not empty; stops where it says so.
fn walk(
    path: &Path,
    sheet: &str,
    each: &mut dyn FnMut(&Cells) -> Result<bool, DataError>,
) -> Result<(), DataError> {
    let mut workbook = workbook(path)?;
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(path, &error))?;
    let mut row: (u32, Vec<(u32, Cell<'static>)>) = (0, Vec::new());
    loop {
        let next = reader.next_cell().map_err(|error| damaged(path, &error))?;
        let place = next.as_ref().map(|cell| cell.get_position());
        if place.is_none_or(|(at, _)| at != row.0) {
            let cells = std::mem::take(&mut row.1);
            if cells.iter().any(|(_, cell)| *cell != Cell::Missing) && !each(&cells)? {
                return Ok(());
            }
        }
        let (Some(cell), Some((at, column))) = (next, place) else { return Ok(()) };
        row.0 = at;
        if row.1.len() == MAX_COLUMNS {
            let problem = TableProblem::TooManyColumns { limit: MAX_COLUMNS };
            return Err(table_error(FilePosition::file(path), problem));
        }
        row.1.push((column, value(cell.get_value())));
    }
}

fn value(cell: &DataRef<'_>) -> Cell<'static> {
    match cell {
        DataRef::Int(number) => whole(number.unsigned_abs(), *number < 0),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Made(text.clone()),
        DataRef::SharedString(text) => Cell::Made((*text).to_owned()),
        DataRef::Bool(truth) => Cell::Text(if *truth { "true" } else { "false" }),
        // Days.
        DataRef::DateTime(time) if time.is_duration() => Cell::Number(time.as_f64()),
        DataRef::DateTime(time) => Cell::Made(moment(time.to_ymd_hms_milli())),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Made(text.clone()),
        DataRef::Error(_) | DataRef::Empty => Cell::Missing,
    }
}

/// A day or a moment as ISO 8601: a workbook has moments only, and one at midnight is a day.
fn moment((year, month, day, hour, minute, second, milli): (u16, u8, u8, u8, u8, u8, u16)) -> String {
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

/// The name of a column.
fn text(cell: &Cell<'_>) -> String {
    match cell.value() {
        CellValue::Number(number) => number.to_string(),
        CellValue::Text(text) => text.trim().to_owned(),
        _ => String::new(),
    }
}

fn workbook(path: &Path) -> Result<Xlsx<BufReader<File>>, DataError> {
    Xlsx::new(BufReader::new(open(path)?.0)).map_err(|error| damaged(path, &error))
}

/// All but the sheets is held in memory, so it must be in proportion to the file. No piece of XML may be without an end.
fn check_sizes(path: &Path) -> Result<(), DataError> {
    let limit = most_unpacked(open(path)?.1);
    let mut archive = archive(path)?;
    let mut held = 0u64;
    for member in members(path, &mut archive)? {
        if !member.name.starts_with("xl/worksheets/") {
            held = held.saturating_add(member.bytes);
        }
        if held > limit {
            let problem = TableProblem::OutOfProportion { what: format!("{:?}", member.name), limit };
            return Err(table_error(FilePosition::file(path), problem));
        }
        let mut since_mark = 0;
        check(path, &mut archive, &member, &mut |piece| {
            for byte in piece {
                since_mark = if matches!(byte, b'<' | b'>') { 0 } else { since_mark + 1 };
                if since_mark > LONGEST && member.name.ends_with(".xml") {
                    let what = format!("a cell or a mark of {:?}", member.name);
                    return Err(TableProblem::OutOfProportion { what, limit: LONGEST });
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn no_table(path: &Path, reason: String) -> DataError {
    table_error(FilePosition::file(path), TableProblem::NoTable { reason })
}

fn damaged(path: &Path, error: &XlsxError) -> DataError {
    let problem = TableProblem::Damaged { format: FORMAT, reason: error.to_string() };
    table_error(FilePosition::file(path), problem)
}
