//! What the columns of a table are, and for whom: from a file to inputs, target, groups, times and parts.

use std::fs;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{
    ColumnRole, DataConfig, Dataset, DateForm, Features, MissingTarget, Prepared, Reading, Target, TaskKind,
    Understood, Values, source,
};
use tempfile::TempDir;

use super::{categories, classes, message, numbers};

/// A folder with files, and the configuration of each.
pub(super) struct Files(pub(super) TempDir);

impl Files {
    pub(super) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The configuration of a file with this text.
    pub(super) fn config(&self, text: impl AsRef<[u8]>) -> DataConfig {
        DataConfig { path: Some(self.write("t.csv", text)), ..DataConfig::new("csv") }
    }

    pub(super) fn load(&self, text: impl AsRef<[u8]>, set: impl FnOnce(&mut DataConfig)) -> Dataset {
        let mut config = self.config(text);
        set(&mut config);
        config.load().unwrap()
    }

    pub(super) fn fails(
        &self,
        text: impl AsRef<[u8]>,
        kind: ErrorKind,
        set: impl FnOnce(&mut DataConfig),
    ) -> (String, String) {
        let mut config = self.config(text);
        set(&mut config);
        let error = config.load().unwrap_err();
        (message(&self.0, &error, kind), error.help().unwrap_or_default())
    }
}

pub(super) fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

pub(super) fn understood(data: &Dataset) -> &Understood {
    data.arrangement.understood.as_deref().unwrap()
}

pub(super) fn left_out(data: &Dataset) -> Vec<(String, String)> {
    let columns = understood(data).of(ColumnRole::LeftOut);
    columns.map(|column| (column.shown().to_owned(), column.why.clone().unwrap_or_default())).collect()
}

pub(super) fn inputs(data: &Dataset) -> Vec<&str> {
    let columns = data.features.as_table().unwrap();
    columns.iter().map(|column| column.name.as_str()).collect()
}

/// Rows of a table with a header.
pub(super) fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|index| row(index) + "\n").collect();
    format!("{header}\n{rows}")
}

#[test]
fn labels_are_texts_and_come_back_as_they_were_written() {
    let files = Files::new();
    let labels = ["01", "02", "1"];
    let text = table("x,y", 30, |row| format!("{row}.5,{}", labels[row % 3]));
    let data = files.load(&text, |_| ());
    assert_eq!(classes(&data).1, ["01", "1", "02"], "in the order of the numbers, then of the texts");
    let of_row: Vec<&str> =
        classes(&data).0.iter().map(|label| classes(&data).1[*label as usize].as_str()).collect();
    assert_eq!(of_row[..4], ["01", "02", "1", "01"]);
    assert!(understood(&data).notes[0].contains("\"01\" and \"1\""));
    assert_eq!(
        understood(&data).why,
        "its cells are 3 different whole numbers (data.task=regression: numbers) (the last column)"
    );
    // Where they are said to be numbers, they are one class.
    let data = files.load(&text, |config| config.numeric = names(&["y"]));
    assert_eq!(classes(&data).1, ["1", "2"]);
    assert_eq!(files.load(&text, |config| config.reading = Reading::First).fingerprint, data.fingerprint);
    let data = files.load(&text, |config| config.task = Some(TaskKind::Regression));
    assert!(matches!(data.target, Target::Values { .. }));
    for (label, other) in
        [("007", "7"), ("1.0", "1"), ("TRUE", "True"), ("1e3", "1000"), ("+1", "1"), ("0x1", "1")]
    {
        let text = table("x,y", 12, |row| format!("{row}.5,{}", if row % 2 == 0 { label } else { other }));
        let data = files.load(&text, |_| ());
        let mut found = classes(&data).1.to_vec();
        found.sort_unstable();
        let mut wanted = names(&[label, other]);
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }
}

#[test]
fn an_index_an_empty_column_and_ids_are_left_out_and_named() {
    let files = Files::new();
    let text = table(",PassengerId,name,empty,age,y", 40, |row| {
        format!("{row},{},name {row},,{}.5,{}", row + 1, row % 7, ["a", "b"][row % 2])
    });
    let data = files.load(&text, |_| ());
    assert_eq!(inputs(&data), ["age"]);
    let why = |name: &str, why: &str| (name.to_owned(), why.to_owned());
    let wanted = [
        why("(unnamed)", "the first column has no name: an index"),
        why("PassengerId", "an id: it counts the rows"),
        why("name", "an id: a different text in every row"),
        why("empty", "no value in any row"),
    ];
    assert_eq!(left_out(&data), wanted);
    let data = files.load(&text, |config| {
        config.numeric = names(&["PassengerId"]);
        config.categorical = names(&["name"]);
    });
    assert_eq!(inputs(&data), ["PassengerId", "name", "age"]);
    // The same file without them is the same data.
    let plain = table("age,y", 40, |row| format!("{}.5,{}", row % 7, ["a", "b"][row % 2]));
    assert_eq!(files.load(&text, |_| ()).fingerprint, files.load(plain, |_| ()).fingerprint);
    let (error, help) =
        files.fails("id,y\n1,a\n2,b\n3,a\n", ErrorKind::Data, |config| config.ignore = names(&["id"]));
    assert_eq!(error, "t.csv: there is no column to predict from; left out: id (data.ignore)");
    assert!(!help.is_empty());
}

#[test]
fn rows_without_a_target_are_left_out_and_counted() {
    let files = Files::new();
    let text = table("x,w,y", 30, |row| {
        format!("{row}.5,{row},{}", if row % 5 == 0 { "NA" } else { ["a", "b"][row % 2] })
    });
    let data = files.load(&text, |config| config.weight = Some("w".to_owned()));
    assert_eq!((data.target.rows(), understood(&data).skipped, understood(&data).rows), (Ok(24), 6, 24));
    assert_eq!(numbers(&data.features, "x")[..4], [1.5, 2.5, 3.5, 4.5]);
    assert_eq!(data.weights.as_ref().unwrap()[..5], [1.0, 2.0, 3.0, 4.0, 6.0]);
    assert_eq!([0, 3, 4].map(|item| data.arrangement.file_row(item)), [2, 5, 7]);
    let error = |config: &mut DataConfig| config.missing_target = MissingTarget::Error;
    let (error, help) = files.fails(&text, ErrorKind::Data, error);
    assert_eq!(error, "t.csv:2:7: row 1, column \"y\" is missing, and it is the target");
    assert!(help.contains("data.missing_target"), "{help}");
    let numbers = table("x,y", 30, |row| {
        format!("{row}.5,{}", if row == 3 { String::new() } else { format!("{row}.25") })
    });
    let data = files.load(numbers, |_| ());
    assert_eq!((data.target.rows(), understood(&data).skipped), (Ok(29), 1));
    let (error, _) = files.fails("x,y\n1,\n2,a\n3,b\n4,\n", ErrorKind::Data, |_| ());
    assert_eq!(error, "t.csv: 2 of 4 rows have a target, at least 3 are needed");
}

#[test]
fn codes_are_categories_where_that_is_said() {
    let files = Files::new();
    let text = table("zone,x,y", 30, |row| format!("0{},{row}.5,{}", row % 3, ["a", "b"][row % 2]));
    assert_eq!(numbers(&files.load(&text, |_| ()).features, "zone")[..3], [0.0, 1.0, 2.0]);
    let data = files.load(&text, |config| config.categorical = names(&["zone"]));
    assert_eq!(categories(&data.features, "zone").1, ["00", "01", "02"]);
    let mixed = table("x,y", 30, |row| {
        if row == 7 { "many,a".to_owned() } else { format!("{row},{}", ["a", "b"][row % 2]) }
    });
    let (error, help) = files.fails(&mixed, ErrorKind::Data, |_| ());
    assert_eq!(error, "t.csv:9:1: row 8, column \"x\" is \"many\", not a number");
    assert!(help.contains("data.categorical"), "{help}");
    let texts = table("x,y", 30, |row| format!("{},{}", ["red", "blue"][row % 2], row % 2));
    let (error, _) = files.fails(&texts, ErrorKind::Data, |config| config.numeric = names(&["x"]));
    assert_eq!(error, "t.csv:2:1: row 1, column \"x\" is \"red\", not a number");
}

#[test]
fn booleans_are_two_categories_whatever_their_case() {
    let files = Files::new();
    let text =
        table("x,b,y", 30, |row| format!("{row}.5,{},{}", ["True", "FALSE", "true"][row % 3], row % 2));
    let data = files.load(&text, |_| ());
    let (codes, known) = categories(&data.features, "b");
    assert_eq!((codes[..4].to_vec(), known), (vec![1, 0, 1, 1], &names(&["FALSE", "True"])[..]));
    assert_eq!(understood(&data).of(ColumnRole::Booleans).count(), 1);
    let fitted = Prepared::new(data, &DataConfig::new("csv"), Seed::new(0)).unwrap().fitted;
    let new = files.write("new.csv", "x,b\n1,TRUE\n2,false\n3,True\n");
    let (features, _) = source::read_features(&new, &fitted).unwrap();
    let numbers = fitted.input_numbers(&features, &[0, 1, 2]).unwrap();
    let width = numbers.len() / 3;
    assert_eq!(
        [&numbers[1..width], &numbers[width + 1..2 * width], &numbers[2 * width + 1..]],
        [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    );
}

#[test]
fn dates_become_four_numbers_in_training_and_at_prediction() {
    let files = Files::new();
    let text = table("when,x,y", 40, |row| {
        let date = if row == 5 {
            String::new()
        } else {
            format!("{}.{}.20{}", 1 + row % 28, 1 + row % 12, 10 + row % 9)
        };
        format!("{date},{row}.5,{}", row % 2)
    });
    let data = files.load(&text, |_| ());
    let columns = data.features.as_table().unwrap();
    let Values::Dates { days, form } = &columns[0].values else { panic!("no dates") };
    assert_eq!((*form, days[0], days[5].is_nan()), (DateForm::DayFirst, 14_610.0, true));
    let fitted =
        Prepared::new(data, &DataConfig { standardize: false, ..DataConfig::new("csv") }, Seed::new(0))
            .unwrap()
            .fitted;
    let features = ["when:year", "when:month", "when:weekday", "when:days", "x"];
    assert_eq!(fitted.feature_names().unwrap(), features);
    let new = files.write("new.csv", "x,when\n1.5,29.2.2024\n2.5,1.3.2024 12:00\n");
    let (new, rows) = source::read_features(&new, &fitted).unwrap();
    let numbers = fitted.input_numbers(&new, &[0, 1]).unwrap();
    assert_eq!((rows, numbers), (2, vec![2024.0, 2.0, 4.0, 19_782.0, 1.5, 2024.0, 3.0, 5.0, 19_783.5, 2.5]));
    let row = fitted.row_numbers([["29.2.2024".into(), kiln_data::CellValue::Number(1.5)]]).unwrap();
    assert_eq!(row, [2024.0, 2.0, 4.0, 19_782.0, 1.5]);
    assert!(fitted.row_numbers([["2024-02-29".into(), kiln_data::CellValue::Number(1.5)]]).is_err());
    let other = files.write("other.csv", "x,when\n1.5,2024-02-29\n");
    let error = source::read_features(&other, &fitted).unwrap_err();
    assert_eq!(
        message(&files.0, &error, ErrorKind::Data),
        "other.csv: column \"when\" does not hold dates with the day first alone"
    );
    let bad = files.write("bad.csv", "x,when\n1.5,29.2.2024\n1.5,soon\n");
    let error = source::read_features(&bad, &fitted).unwrap_err();
    let expected = "bad.csv:3:5: row 2, column \"when\" is \"soon\", and no date with the day first, as others of the column are";
    assert_eq!(message(&files.0, &error, ErrorKind::Data), expected);
}

#[test]
fn which_of_day_and_month_comes_first_is_asked_for() {
    let files = Files::new();
    let text = table("when,y", 24, |row| format!("{}/{}/2024,{}", 1 + row % 12, 1 + row % 11, row % 2));
    let (error, help) = files.fails(&text, ErrorKind::Data, |_| ());
    assert!(
        error.ends_with(
            "holds dates such as 12/1/2024, and nothing tells whether that is in December or in January"
        ),
        "{error}"
    );
    assert_eq!(help, "set data.day_first = true (January) or false (December)");
    let first = |day_first| {
        let data = files.load(&text, |config| config.day_first = Some(day_first));
        let Features::Table(columns) = data.features else { panic!() };
        let Values::Dates { days, .. } = &columns[0].values else { panic!() };
        days[12]
    };
    // 1/2/2024.
    assert_eq!((first(true), first(false)), (19_754.0, 19_724.0));
}

#[test]
fn names_of_images_are_not_trained_on() {
    let files = Files::new();
    let text = table("file,label", 30, |row| format!("photos/{row}.JPG,{}", ["cat", "dog"][row % 2]));
    let (error, help) = files.fails(&text, ErrorKind::Data, |_| ());
    assert!(error.starts_with("t.csv:2:1: row 1, column \"file\" is \"photos/0.JPG\""), "{error}");
    assert!(help.contains("data.images"), "{help}");
}
