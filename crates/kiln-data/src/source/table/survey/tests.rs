use std::path::Path;

use super::super::fill::{Fill, fill};
use super::super::rows::{EachRow, RowSource};
use super::*;
use crate::{CellValue, FilePosition, MISSING, Values};

/// A table in memory, as a typed format gives it.
struct Memory {
    names: Vec<String>,
    rows: Vec<Vec<CellValue<'static>>>,
}

impl Memory {
    fn new(names: &[&str], rows: Vec<Vec<CellValue<'static>>>) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), rows }
    }

    /// One column of texts.
    fn of(texts: &[&'static str]) -> Self {
        Self::new(&["x"], texts.iter().map(|text| vec![CellValue::Text(text)]).collect())
    }

    fn survey(&self) -> Survey {
        Survey::of(self, &vec![true; self.names.len()], Marks::default()).unwrap()
    }
}

impl RowSource for Memory {
    fn path(&self) -> &Path {
        Path::new("t.parquet")
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        (1..).zip(&self.rows).try_for_each(|(row, cells)| each(RowPlace { row, line: 0 }, cells))
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(Path::new("t.parquet"))
    }
}

const USUAL: Assumed = Assumed { of_commas: Decimal::Point, of_points: Decimal::Point, is_asked: false };

#[test]
fn a_typed_format_becomes_columns_as_csv_does() {
    let table = Memory::new(
        &["n", "city"],
        vec![
            vec![1.5.into(), " Rome ".into()],
            vec![CellValue::Missing, "NA".into()],
            vec!["2".into(), "Oslo".into()],
            vec![f64::NAN.into(), 7.into()],
        ],
    );
    let survey = table.survey();
    assert_eq!(survey.rows, 4);
    assert_eq!(survey.read_as(0, USUAL), ReadAs::Numbers(Decimal::Point));
    assert_eq!(survey.read_as(1, USUAL), ReadAs::Texts);
    let columns = fill(&table, &survey, &[Fill::Numbers(Decimal::Point), Fill::Texts]).unwrap();
    let [Some(Values::Numeric(numbers)), Some(Values::Categorical { codes, names })] = columns.as_slice()
    else {
        panic!("{columns:?}")
    };
    assert!(numbers[0] == 1.5 && numbers[1].is_nan() && numbers[2] == 2.0 && numbers[3].is_nan());
    assert_eq!((codes.as_slice(), names.join(" ")), (&[2, MISSING, 1, 0][..], "7 Oslo Rome".to_owned()));
    let known = |others| {
        let fills = [Fill::Skip, Fill::Known { names: vec!["Rome".to_owned()], others }];
        match fill(&table, &survey, &fills).unwrap().pop() {
            Some(Some(Values::Categorical { codes, names })) => (codes, names.join(" ")),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(known(None), (vec![0, MISSING, MISSING, MISSING], "Rome".to_owned()));
    assert_eq!(known(Some("others")), (vec![0, MISSING, 2, 1], "Rome 7 Oslo".to_owned()));
}

#[test]
fn a_column_with_more_numbers_than_texts_is_numeric_and_names_what_is_none() {
    let read_as = |texts: &[&'static str]| Memory::of(texts).survey().read_as(0, USUAL);
    let numbers = ReadAs::Numbers(Decimal::Point);
    assert_eq!(read_as(&["1", "2", "x"]), numbers);
    assert_eq!(read_as(&["1", "x"]), ReadAs::Texts);
    assert_eq!(read_as(&["1", "-", "-", "-", ".", "None"]), numbers);
    assert_eq!(read_as(&["x", "-", "-", "1"]), ReadAs::Texts);
    assert_eq!(read_as(&["", "NA", "-"]), ReadAs::Nothing);
    let message = |texts: &[&'static str], decimal| {
        let table = Memory::of(texts);
        table.survey().check_numbers(&table, 0, decimal).unwrap_err().to_string()
    };
    let text = "t.parquet: row 3, column \"x\" is \"2x\", not a number";
    assert_eq!(message(&["1", "-", "2x", "3"], Decimal::Point), text);
    let comma = "t.parquet: row 2, column \"x\" is \"2,5\", a number with a decimal comma, where others have a decimal point";
    assert_eq!(message(&["1.5", "2,5", "2.5", "y"], Decimal::Point), comma);
    let point = "t.parquet: row 1, column \"x\" is \"1.5\", a number with a decimal point, where others have a decimal comma";
    assert_eq!(message(&["1.5", "2,5", "3,5"], Decimal::Comma), point);
    let infinite = "t.parquet: row 2, column \"x\" is \"inf\", not a finite number";
    assert_eq!(message(&["1", "inf"], Decimal::Point), infinite);
}

#[test]
fn decimals_that_a_column_does_not_tell_are_those_of_others_or_said() {
    let rows = |cells: &[[&'static str; 2]]| {
        cells.iter().map(|row| row.iter().map(|text| CellValue::Text(text)).collect()).collect()
    };
    let all = |_| true;
    let commas = Memory::new(&["a", "b"], rows(&[["1,163", "2,5"], ["980", "3,25"]])).survey();
    assert_eq!(commas.decimal(0, USUAL), Decimal::Comma);
    assert_eq!(
        commas.guesses(USUAL, all),
        ["column \"a\": 1,163 is read as 1.163; with data.decimal = \"point\" it is 1163"]
    );
    let points = Memory::new(&["a", "b"], rows(&[["1,163", "2.5"], ["980", "3.25"]])).survey();
    assert_eq!(points.decimal(0, Assumed::usual(Decimal::Comma)), Decimal::Point);
    let alone = Memory::new(&["a", "b"], rows(&[["1,163", "x"], ["980", "y"]])).survey();
    assert_eq!(alone.decimal(0, USUAL), Decimal::Point);
    assert_eq!(alone.decimal(0, Assumed::usual(Decimal::Comma)), Decimal::Comma);
    assert_eq!(alone.decimal(0, Assumed::asked(Decimal::Comma)), Decimal::Comma);
    assert!(alone.guesses(Assumed::asked(Decimal::Comma), all).is_empty());
    assert_eq!(alone.guesses(USUAL, all).len(), 1);
    assert!(alone.guesses(USUAL, |column| column == 1).is_empty());
    let plain = Memory::new(&["a", "b"], rows(&[["1.163", "x"], ["980", "y"]])).survey();
    assert_eq!(plain.decimal(0, Assumed::usual(Decimal::Comma)), Decimal::Point);
    assert!(plain.guesses(USUAL, all).is_empty());
}

#[test]
fn whole_numbers_that_lose_digits_are_told() {
    let told = |texts: &[&'static str]| Memory::of(texts).survey().guesses(USUAL, |_| true);
    assert!(told(&["9007199254740992", "-18446744073709551616", "1e300"]).is_empty());
    let read = "column \"x\": 9007199254740993 is read as 9007199254740992, the nearest number of 64 bits";
    assert_eq!(told(&["1", "9007199254740993", "-9007199254740995"]), [read]);
    assert!(Memory::of(&["9007199254740993"]).survey().guesses(USUAL, |_| false).is_empty());
}

#[test]
fn a_file_without_rows_is_an_error() {
    let table = Memory::of(&[]);
    let error = Survey::of(&table, &[true], Marks::default()).unwrap_err();
    assert_eq!(error.to_string(), "t.parquet: the file has a header and no rows");
}
