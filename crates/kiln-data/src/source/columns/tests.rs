use super::asked::Asked;
use super::decide::{Decision, decide};
use super::facts::{Facts, Undecided};
use super::role::{ColumnRole, Read};
use crate::cell::Marks;
use crate::source::table::{ColumnSurvey, RowPlace};
use crate::{CellValue, DateForm, Reading, TaskKind};

/// A table as it is surveyed: names, and the cells of each column.
fn survey(columns: &[(&str, Vec<String>)]) -> Vec<(String, ColumnSurvey)> {
    let of = |(name, cells): &(&str, Vec<String>)| {
        let mut survey = ColumnSurvey::new(1000, name);
        for (row, cell) in cells.iter().enumerate() {
            let place = RowPlace { row: row + 1, line: row + 2 };
            survey.add(CellValue::Text(cell), place, &Marks::default());
        }
        ((*name).to_owned(), survey)
    };
    columns.iter().map(of).collect()
}

/// What is decided of columns, of which the last is predicted.
fn decided(columns: &[(&str, Vec<String>)], ask: impl FnOnce(&mut Asked)) -> Result<Decision, Undecided> {
    let surveys = survey(columns);
    let facts: Vec<Facts<'_>> = surveys
        .iter()
        .map(|(name, survey)| Facts { name, is_numeric: survey.numbers.count() > survey.texts, survey })
        .collect();
    let mut asked = Asked { targets: vec![columns.len() - 1], ..Asked::default() };
    ask(&mut asked);
    decide(&facts, &asked)
}

fn cells(count: usize, cell: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(cell).collect()
}

/// A column of numbers that may be predicted from.
fn plain() -> (&'static str, Vec<String>) {
    ("plain", cells(60, |row| format!("{}.5", row * row)))
}

/// The role, and the reason, of one input column of 60 cells.
fn role(name: &str, cell: impl Fn(usize) -> String) -> (ColumnRole, Option<String>) {
    let columns = [(name, cells(60, cell)), plain(), ("y", cells(60, |row| format!("c{}", row % 2)))];
    let decision = decided(&columns, |_| ()).unwrap();
    (decision.columns[0].role, decision.columns[0].why.clone())
}

#[test]
fn columns_are_what_their_cells_look_like() {
    assert_eq!(role("x", |row| row.to_string()), (ColumnRole::Numbers, None));
    assert_eq!(role("x", |row| ["red", "blue"][row % 2].to_owned()), (ColumnRole::Categories, None));
    assert_eq!(role("x", |row| ["Yes", "no"][row % 2].to_owned()), (ColumnRole::Booleans, None));
    let date = |row: usize| format!("2024-{:02}-{:02}", 1 + row % 12, 1 + row % 28);
    assert_eq!(role("x", date), (ColumnRole::Dates, Some("year first".to_owned())));
    let left_out = |why: &str| (ColumnRole::LeftOut, Some(why.to_owned()));
    assert_eq!(role("", |row| (row % 7).to_string()), left_out("the first column has no name: an index"));
    assert_eq!(role("x", |_| String::new()), left_out("no value in any row"));
    assert_eq!(role("x", |_| "NA".to_owned()), left_out("no value in any row"));
}

#[test]
fn columns_that_identify_rows_are_left_out() {
    let why = |name: &str, cell: fn(usize) -> String| match role(name, cell) {
        (ColumnRole::LeftOut, why) => why,
        _ => None,
    };
    assert_eq!(why("x", |row| format!("name {row}")).unwrap(), "an id: a different text in every row");
    let nearly = why("x", |row| format!("name {}", row.max(1))).unwrap();
    assert_eq!(nearly, "an id: 59 different texts in 60 rows");
    assert_eq!(why("x", |row| format!("name {}", row / 2)), None);
    assert_eq!(
        why("row_id", |row| (row * row).to_string()).unwrap(),
        "an id: a different whole number in every row"
    );
    assert_eq!(why("PassengerId", |row| row.to_string()).unwrap(), "an id: it counts the rows");
    assert_eq!(why("index", |row| (60 - row).to_string()).unwrap(), "an id: it counts the rows");
    assert_eq!(why("index", |row| (row * row).to_string()), None);
    assert_eq!(why("row_id", |row| (row / 2).to_string()), None);
    assert_eq!(why("row_id", |row| format!("{row}.5")), None);
    assert_eq!(why("area", |row| row.to_string()), None);
}

#[test]
fn many_different_texts_are_ids_only_where_each_is_its_own() {
    let of = |rows: usize, different: usize| {
        let names = cells(rows, |row| format!("name {}", row % different));
        let columns = [
            ("x", names),
            ("plain", cells(rows, |row| format!("{row}.5"))),
            ("y", cells(rows, |row| format!("c{}", row % 2))),
        ];
        decided(&columns, |_| ()).unwrap().columns[0].role
    };
    assert_eq!(of(5000, 5000), ColumnRole::LeftOut);
    // Nothing comes twice among the first 2500.
    assert_eq!(of(5000, 2500), ColumnRole::Categories);
}

#[test]
fn what_cannot_be_known_is_asked_for() {
    let columns = |cell: fn(usize) -> String| {
        [("x", cells(60, cell)), plain(), ("y", cells(60, |row| format!("c{}", row % 2)))]
    };
    let either = columns(|row| format!("{}/{}/2024", 1 + row % 12, 1 + row % 11));
    assert_eq!(decided(&either, |_| ()).unwrap_err(), Undecided::DayOrMonth { column: 0 });
    for (day_first, form) in [(true, DateForm::DayFirst), (false, DateForm::MonthFirst)] {
        let decision = decided(&either, |asked| asked.day_first = Some(day_first)).unwrap();
        assert_eq!(decision.columns[0].read, Read::Dates(form));
    }
    let files = columns(|row| format!("photos/{row}.jpg"));
    assert_eq!(decided(&files, |_| ()).unwrap_err(), Undecided::FileNames { column: 0 });
    assert!(decided(&files, |asked| asked.ignored = vec![0]).is_ok());
    assert!(decided(&files, |asked| asked.categorical = vec![0]).is_ok());
    let nothing = decided(&files[..], |asked| asked.ignored = vec![0, 1]);
    let left_out = vec![(0, "data.ignore".to_owned()), (1, "data.ignore".to_owned())];
    assert_eq!(nothing.unwrap_err(), Undecided::NoInputs { left_out });
    let two = |asked: &mut Asked| {
        asked.targets = vec![1, 2];
        asked.task = Some(TaskKind::Classification);
    };
    assert_eq!(decided(&either, two).unwrap_err(), Undecided::SeveralClasses { targets: 2 });
}

#[test]
fn settings_win_over_what_a_column_looks_like() {
    let columns = [
        ("zone", cells(60, |row| (10 + row % 3).to_string())),
        ("id", cells(60, |row| row.to_string())),
        ("words", cells(60, |row| format!("w{}", row % 2))),
        ("y", cells(60, |row| format!("c{}", row % 2))),
    ];
    let ask = |asked: &mut Asked| {
        asked.categorical = vec![0];
        asked.numeric = vec![1];
        asked.ignored = vec![2];
    };
    let decision = decided(&columns, ask).unwrap();
    let roles: Vec<ColumnRole> = decision.columns.iter().map(|column| column.role).collect();
    use ColumnRole::{Categories, LeftOut, Numbers, Target};
    assert_eq!(roles, [Categories, Numbers, LeftOut, Target]);
    // A column that orders the rows is no id, and is read though it is ignored.
    let decision = decided(&columns, |asked| asked.time = Some(1)).unwrap();
    assert_eq!(decision.columns[1].role, Numbers);
    let ignored = |asked: &mut Asked| {
        asked.time = Some(1);
        asked.ignored = vec![1];
    };
    let decision = decided(&columns, ignored).unwrap();
    assert_eq!((decision.columns[1].role, decision.columns[1].read), (LeftOut, Read::Numbers));
}

#[test]
fn the_task_is_what_the_target_looks_like_and_why_is_said() {
    let task = |cell: fn(usize) -> String| {
        let decision = decided(&[plain(), ("y", cells(60, cell))], |_| ()).unwrap();
        (decision.task, decision.columns[1].read, decision.why)
    };
    use TaskKind::{Classification, Regression};
    let (kind, read, why) = task(|row| ["cat", "dog"][row % 2].to_owned());
    assert_eq!((kind, read, why.as_str()), (Classification, Read::Classes, "its cells are texts"));
    let (kind, _, why) = task(|row| ["a|b", "b", "a"][row % 3].to_owned());
    assert!(kind == Classification && why.contains("data.task=multi-label"), "{why}");
    let (kind, read, why) = task(|row| format!("0{}", row % 3));
    assert_eq!((kind, read), (Classification, Read::Classes));
    assert!(why.starts_with("its cells are 3 different whole numbers"), "{why}");
    assert_eq!(task(|row| (row % 20).to_string()).0, Classification);
    let (kind, read, why) = task(|row| (row % 21).to_string());
    assert_eq!((kind, read), (Regression, Read::Numbers));
    assert_eq!(why, "its cells are more than 20 different numbers");
    assert_eq!(task(|row| (row % 59).min(19).to_string()).0, Classification);
    assert_eq!(task(|row| format!("{}.5", row % 3)).0, Regression);
    assert_eq!(task(|row| (16_777_217 + row % 2).to_string()).0, Regression);
    // Half of the texts are numbers: a text is a label all the same.
    assert_eq!(
        task(|row| if row % 3 == 0 { "x".to_owned() } else { (row % 3).to_string() }).0,
        Classification
    );
}

#[test]
fn old_runs_read_as_they_did() {
    let columns = [
        ("id", cells(60, |row| row.to_string())),
        ("name", cells(60, |row| format!("name {row}"))),
        ("when", cells(60, |row| format!("2024-01-{:02}", 1 + row % 28))),
        ("y", cells(60, |row| format!("0{}", row % 2))),
    ];
    let decision = decided(&columns, |asked| asked.reading = Reading::First).unwrap();
    let read: Vec<Read> = decision.columns.iter().map(|column| column.read).collect();
    assert_eq!(read, [Read::Numbers, Read::Categories, Read::Categories, Read::NumberClasses]);
}
