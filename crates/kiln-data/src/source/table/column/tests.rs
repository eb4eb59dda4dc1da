use super::*;

fn of(cells: &[&str]) -> ColumnSurvey {
    let mut column = ColumnSurvey::new(100, "x");
    for (row, text) in cells.iter().enumerate() {
        column.add(CellValue::Text(text), RowPlace { row: row + 1, line: row + 2 }, &Marks::default());
    }
    column
}

#[test]
fn cells_are_counted_by_what_they_look_like() {
    let column = of(&["1", "2.5", "1,5", "1.163", "1,163", "", "-", "x", "Yes", "-3", "inf"]);
    let numbers = &column.numbers;
    assert_eq!([numbers.same, numbers.point, numbers.comma], [3, 1, 1]);
    assert_eq!([numbers.either_point, numbers.either_comma, numbers.count()], [1, 1, 7]);
    assert_eq!([column.missing, column.maybe_missing, column.texts, column.truths], [1, 1, 2, 1]);
    let spot = |row, text: &str| Some(Spot { place: RowPlace { row, line: row + 1 }, text: text.to_owned() });
    assert_eq!(column.first_missing, spot(6, ""));
    assert_eq!(column.first_maybe_missing, spot(7, "-"));
    assert_eq!(column.first_text, spot(8, "x"));
    assert_eq!(column.first_negative, spot(10, "-3"));
    assert_eq!(column.first_infinite, spot(11, "inf"));
    assert_eq!(numbers.first_comma, spot(3, "1,5"));
    assert_eq!(column.distinct.count(), Some(10));
}

#[test]
fn the_decimals_are_those_of_most_cells() {
    assert_eq!(of(&["1", "2"]).numbers.decimal(), None);
    assert_eq!(of(&["1", "1.163", "1,163"]).numbers.decimal(), None);
    assert_eq!(of(&["1.5", "1,163.74"]).numbers.decimal(), Some(Decimal::Point));
    assert_eq!(of(&["1,5", "1.163,74", "2.5"]).numbers.decimal(), Some(Decimal::Comma));
    assert_eq!(of(&["1,5", "2.5"]).numbers.decimal(), Some(Decimal::Point));
    assert_eq!(of(&["1,5", "2,5", "2.5"]).numbers.first_not(Decimal::Comma).unwrap().text, "2.5");
}

#[test]
fn threads_add_up_to_one() {
    let cells = ["x", "1", "", "2,5", "x", "-1", "7.25", "inf", "-", "no"];
    let whole = of(&cells);
    for cut in 0..cells.len() {
        let start = of(&cells[..cut]);
        let mut end = ColumnSurvey::new(100, "x");
        for (row, text) in cells.iter().enumerate().skip(cut) {
            end.add(CellValue::Text(text), RowPlace { row: row + 1, line: row + 2 }, &Marks::default());
        }
        end.merge(start);
        assert_eq!(end.distinct.sorted(), whole.distinct.sorted());
        // A map has no order of its own.
        end.distinct.clone_from(&whole.distinct);
        assert_eq!(format!("{end:?}"), format!("{whole:?}"), "cut at {cut}");
    }
}

#[test]
fn numbers_that_are_marks_are_missing_as_text_and_as_number() {
    let marks = Marks::new(Some(&["-999".to_owned()]));
    let mut column = ColumnSurvey::new(100, "x");
    let cells =
        [CellValue::Text("-999.0"), CellValue::Number(-999.0), CellValue::Text("NA"), CellValue::Missing];
    for cell in cells {
        column.add(cell, RowPlace::default(), &marks);
    }
    assert_eq!((column.missing, column.texts, column.numbers.count()), (3, 1, 0));
}

#[test]
fn typed_numbers_are_surveyed_as_texts_are() {
    let mut column = ColumnSurvey::new(100, "x");
    for number in [1.5, f64::NAN, -2.0, f64::INFINITY] {
        column.add(CellValue::Number(number), RowPlace::default(), &Marks::default());
    }
    assert_eq!((column.missing, column.numbers.count(), column.distinct.count()), (1, 3, Some(3)));
    assert!(column.first_negative.is_some() && column.first_infinite.is_some());
}
