//! Inputs for a model that was trained before.

use std::fs;

use kiln_core::{ErrorKind, Seed};
use kiln_data::source::{self, csv, read_features};
use kiln_data::{
    CellValue, ColumnKind, ColumnSchema, DataConfig, Decimal, Features, Fitted, ImageSettings, MISSING,
    Prepared,
};
use tempfile::TempDir;

use super::{categories, idx_file, message, numbers};

#[test]
fn predict_finds_the_columns_of_the_model() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new.csv");
    fs::write(&path, "extra,city,x\n\u{e9},Rome,1\n,Bern,\n,,3\n").unwrap();
    let schema = [
        ColumnSchema { name: "x".to_owned(), kind: ColumnKind::Numeric },
        ColumnSchema {
            name: "city".to_owned(),
            kind: ColumnKind::Categorical(vec!["Oslo".to_owned(), "Rome".to_owned()]),
        },
    ];
    let (features, rows) = csv::read_columns(&path, &schema).unwrap();
    assert_eq!(rows, 3);
    let Features::Table(columns) = &features else { panic!("images") };
    assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "city"]);
    let x = numbers(&features, "x");
    assert!(x[0] == 1.0 && x[1].is_nan() && x[2] == 3.0);
    // What the model does not know is kept apart from what is missing, so that it can be named.
    let (codes, names) = categories(&features, "city");
    assert_eq!((codes, names.join(" ").as_str()), ([1, 2, MISSING].as_slice(), "Oslo Rome Bern"));
}

#[test]
fn predict_reads_the_format_that_suits_the_model() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let fitted = |name| Prepared::load(&DataConfig::new(name), Seed::new(0)).unwrap().fitted;
    let digits = fitted("digits");
    image::GrayImage::from_pixel(8, 8, image::Luma([3])).save(at("one.png")).unwrap();
    fs::write(at("two"), [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8][..], &[4; 128]].concat())
        .unwrap();
    for (name, rows, pixel) in [("one.png", 1, 3), ("two", 2, 4)] {
        let (features, found) = read_features(&at(name), &digits).unwrap();
        let Features::Images(images) = features else { panic!("a table") };
        assert_eq!((found, images.held().unwrap()), (rows, vec![pixel; rows * 64].as_slice()));
    }
    let header = "petal length (cm),petal width (cm),sepal length (cm),sepal width (cm)";
    fs::write(at("flowers.csv"), format!("{header}\n3,4,1,2\n")).unwrap();
    let (features, rows) = read_features(&at("flowers.csv"), &fitted("iris")).unwrap();
    assert_eq!((rows, numbers(&features, "sepal width (cm)")), (1, [2.0].as_slice()));
    let Features::Table(columns) = features else { panic!("images") };
    assert_eq!(columns[0].name, "sepal length (cm)", "in the model's order");
}

#[test]
fn predict_refuses_what_the_model_does_not_take() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let schema = [ColumnSchema { name: "size".to_owned(), kind: ColumnKind::Numeric }];
    for (text, expected) in [
        ("a,seize\n1,2\n", "t.csv: there is no column \"size\", which the model was trained with"),
        ("size\nbig\n", "t.csv:2:1: row 1, column \"size\" is \"big\", not a number"),
        ("size\n1\n1e999\n", "t.csv:3:1: row 2, column \"size\" is \"1e999\", not a finite number"),
        ("size\n", "t.csv: the file has a header and no rows"),
    ] {
        fs::write(&path, text).unwrap();
        let error = source::csv::read_columns(&path, &schema).unwrap_err();
        assert_eq!(message(&folder, &error, ErrorKind::Data), expected);
    }
    let path = folder.path().join("i.png");
    image::RgbImage::new(4, 2).save(&path).unwrap();
    let settings = ImageSettings::default();
    let error = |shape| {
        message(&folder, &source::images::read_images(&path, shape, &settings).unwrap_err(), ErrorKind::Data)
    };
    let size = "i.png: 4x2 pixels, but the model was trained with 2x4 (width x height)";
    assert_eq!(error([3, 4, 2]), size);
    assert_eq!(error([1, 2, 4]), "i.png: a colour image, but the model was trained with grey images");
    assert_eq!(error([2, 2, 4]), "i.png: the model takes images of 2 channels; image files have 1 or 3");
    fs::write(&path, idx_file([0, 0, 8, 3], &[1, 2, 2], &[0; 4])).unwrap();
    let error = source::idx::read_images(&path, [1, 2, 4]).unwrap_err();
    let size = "i.png: the images are [2, 2] pixels (height, width), the model needs [2, 4]";
    assert_eq!(message(&folder, &error, ErrorKind::Data), size);
    let error = source::images::read_images(&folder.path().join("none"), [1, 2, 2], &settings).unwrap_err();
    assert_eq!(message(&folder, &error, ErrorKind::Data), "none does not exist");
}

#[test]
fn predict_knows_the_missing_values_and_decimals_of_the_training_data() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let rows: String =
        (0..30).map(|row| format!("{},{};{}\n", row, row % 7 + 1, ["a", "b"][row % 2])).collect();
    fs::write(at("t.csv"), format!("x;y\n-999;a\n{rows}")).unwrap();
    let config = DataConfig {
        path: Some(at("t.csv")),
        missing: Some(vec!["-999".to_owned()]),
        decimal: Some(Decimal::Comma),
        standardize: false,
        ..DataConfig::new("csv")
    };
    let fitted = Prepared::load(&config, Seed::new(0)).unwrap().fitted;
    let stored = serde_json::to_string(&*fitted).unwrap();
    let restored: Fitted = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, *fitted);
    fs::write(at("new.csv"), "x\n-999\n\"1,163\"\n-999.0\n").unwrap();
    let (features, _) = read_features(&at("new.csv"), &restored).unwrap();
    let x = numbers(&features, "x");
    assert!(x[0].is_nan() && x[1] == 1.163 && x[2].is_nan());
    let cells: [[CellValue<'_>; 1]; 3] = [[(-999).into()], [CellValue::Missing], ["-999".into()]];
    let found = restored.row_numbers(cells).unwrap();
    assert!(found[0] == found[1] && found[1] == found[2], "{found:?}");
    assert!(
        restored.row_numbers([[CellValue::Text("NA")]]).is_err(),
        "a list of one's own takes the place of the usual"
    );
}
