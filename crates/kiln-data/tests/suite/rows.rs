//! Rows of a program become the numbers that a file with the same rows becomes.

use std::path::Path;

use kiln_core::Explain;
use kiln_data::source::{csv, read_features};
use kiln_data::{
    CellValue, Components, DataConfig, DataError, Dataset, Encode, Features, Fitted, Images, Preprocess,
    RowError,
};

use crate::common::{classes, dataset, fit_rows, fit_with};

/// Numbers and categories, with missing ones among both, and a target.
const TRAIN: &str = "\
age,job,height,city,wage
39,clerk,1.80,Ulm,1
50,,1.75,Bonn,2
,smith,1.62,Ulm,3.5
28,clerk,1.91,Bonn,2.5
44,baker,1.70,Ulm,4
31,smith,1.68,Bonn,1.5
";

/// An unknown category, missing cells in all their spellings, white space, numbers that f32 rounds.
const NEW: [&str; 5] = [
    "33,baker,1.733333333,Ulm",
    "?,NA,1.8,Bonn",
    "  41 , clerk,1e0,Ulm",
    "-2.5e3,pilot,.5,Paris",
    "0.1,null,,N/A",
];

fn file(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn cells(line: &str) -> impl Iterator<Item = CellValue<'_>> {
    line.split(',').map(CellValue::from)
}

fn people(folder: &Path) -> Dataset {
    let path = Some(file(folder, "train.csv", TRAIN));
    csv::load(&DataConfig { path, ..DataConfig::new("csv") }).unwrap()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[test]
fn rows_have_the_bits_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = people(folder.path());
    let new = file(folder.path(), "new.csv", &format!("age,job,height,city\n{}\n", NEW.join("\n")));
    for preprocess in [
        Preprocess::default(),
        Preprocess { standardize: true, ..Preprocess::default() },
        Preprocess { standardize: true, encode: Encode::Target, ..Preprocess::default() },
        Preprocess { select: Some(4), ..Preprocess::default() },
        Preprocess { pca: Some(Components::Count(2)), whiten: true, ..Preprocess::default() },
    ] {
        let fitted = fit_with(&data, 6, &preprocess).unwrap();
        let (features, items) = read_features(&new, &fitted).unwrap();
        let of_file = fitted.input_numbers(&features, &(0..items).collect::<Vec<_>>()).unwrap();
        let of_rows = fitted.row_numbers(NEW.map(cells)).unwrap();
        assert_eq!(bits(&of_file), bits(&of_rows), "{preprocess:?}");
        let one_by_one: Vec<f32> =
            NEW.iter().flat_map(|line| fitted.row_numbers([cells(line)]).unwrap()).collect();
        assert_eq!(bits(&of_file), bits(&one_by_one), "{preprocess:?}");
    }
}

#[test]
fn yes_and_no_are_in_any_case_in_a_file_and_in_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let text = "age,member,wage\n39,True,1\n50,False,2\n31,True,3.5\n28,False,2.5\n44,True,4\n36,False,1.5\n";
    let path = Some(file(folder.path(), "train.csv", text));
    let fitted =
        fit_rows(&csv::load(&DataConfig { path, ..DataConfig::new("csv") }).unwrap(), 6, true).unwrap();
    let rows = ["33,TRUE", "34,false", "35,perhaps"];
    let new = file(folder.path(), "new.csv", &format!("age,member\n{}\n", rows.join("\n")));
    let (features, _) = read_features(&new, &fitted).unwrap();
    let of_file = fitted.input_numbers(&features, &[0, 1, 2]).unwrap();
    assert_eq!(bits(&of_file), bits(&fitted.row_numbers(rows.map(cells)).unwrap()));
    let known = fitted.row_numbers([cells("33,True")]).unwrap();
    assert_eq!(bits(&known), bits(&fitted.row_numbers([cells("33,TRUE")]).unwrap()));
    let unseen = fitted.unseen(&features, None);
    assert_eq!((unseen[0].cells, unseen[0].values[0].value.as_str()), (1, "perhaps"));
    assert_eq!(fitted.unseen_cells(rows.map(cells)), unseen);
}

#[test]
fn names_put_cells_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let fitted = fit_rows(&people(folder.path()), 6, true).unwrap();
    let cells: [CellValue<'_>; 4] = [33.into(), "smith".into(), 1.7f32.into(), None::<f64>.into()];
    let named = ["age", "job", "height", "city"].into_iter().zip(cells);
    let in_order: Vec<(&str, CellValue<'_>)> = named.collect();
    let mut mixed = in_order.clone();
    mixed.reverse();
    mixed.insert(1, ("colour", "red".into()));
    for record in [&in_order, &mixed] {
        assert_eq!(fitted.in_order(0, record).unwrap(), cells);
    }
    let message = |record: &[(&str, CellValue<'_>)]| {
        let error = fitted.in_order(7, record).unwrap_err();
        (error.to_string(), error.help().unwrap())
    };
    mixed[0].0 = "citty";
    let (said, help) = message(&mixed);
    assert_eq!(said, "row 7 has no column \"city\", which the model was trained with");
    assert_eq!(help, "is it called \"citty\" here?");
    mixed[0].0 = "job";
    assert_eq!(message(&mixed).0, "row 7 has column \"job\" twice");
}

#[test]
fn errors_name_the_row_and_the_column() {
    let folder = tempfile::tempdir().unwrap();
    let fitted = fit_rows(&people(folder.path()), 6, false).unwrap();
    let good: [CellValue<'_>; 4] = [1.into(), "smith".into(), 2.into(), "Ulm".into()];
    let with = |place: usize, cell: CellValue<'static>| {
        let mut row = good;
        row[place] = cell;
        fitted.row_numbers([good, row]).unwrap_err().to_string()
    };
    for (place, cell, said) in [
        (0, "old".into(), "row 1 of column \"age\" is \"old\", where a finite number is expected"),
        (0, "1e309".into(), "row 1 of column \"age\" is \"1e309\", where a finite number is expected"),
        (1, 3.into(), "row 1 of column \"job\" is 3, where a category is expected"),
        (2, f64::INFINITY.into(), "row 1 of column \"height\" is inf: it must be finite, also after scaling"),
    ] {
        assert_eq!(with(place, cell), said);
    }
    let short = fitted.row_numbers([good[..2].iter().copied()]).unwrap_err();
    assert_eq!(
        short.to_string(),
        "row 0 has 2 cells where 4 are expected: there is none for column \"height\""
    );
    let long = fitted.row_numbers([good.iter().copied().chain(good)]).unwrap_err();
    assert!(matches!(long, DataError::Row(RowError::Cells { expected: 4, found: 8, next: None, .. })));
    let images = Images::new(vec![0; 8], [1, 2, 2]);
    let images: Fitted = fit_rows(&dataset(Features::Images(images), classes(2)), 2, false).unwrap();
    assert!(images.row_numbers([good]).unwrap_err().to_string().contains("rows of cells, not images"));
}
