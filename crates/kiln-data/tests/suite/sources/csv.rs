//! CSV files that are well formed.

use std::fs;

use kiln_data::{DataConfig, Features, MISSING, Target, TaskKind};
use tempfile::TempDir;

use super::{categories, classes, load_from, numbers, with};

#[test]
fn csv_columns_are_what_their_cells_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.csv");
    let text = "\u{feff}age; city ;\"the; note\";size;kind\r\n\
                30;Rome;\"a \"\"b\"\"\";1.5;cat\r\n\
                NA;;x;-2e1;dog\r\n\
                \r\n\
                41;Oslo;x;?;cat\r\n";
    fs::write(&path, text).unwrap();
    let data = load_from("csv", &path);
    assert_eq!(data.name, "people.csv");
    let age = numbers(&data.features, "age");
    assert!(age[0] == 30.0 && age[1].is_nan() && age[2] == 41.0);
    let size = numbers(&data.features, "size");
    assert!(size[0] == 1.5 && size[1] == -20.0 && size[2].is_nan());
    let strings = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (codes, names) = categories(&data.features, "city");
    assert_eq!((codes, names), ([1, MISSING, 0].as_slice(), strings(&["Oslo", "Rome"]).as_slice()));
    let (codes, names) = categories(&data.features, "the; note");
    assert_eq!((codes, names), ([0, 1, 1].as_slice(), strings(&["a \"b\"", "x"]).as_slice()));
    assert_eq!(classes(&data), ([0, 1, 0].as_slice(), strings(&["cat", "dog"]).as_slice()));

    // The same contents in another dress are the same data.
    let plain =
        "age,city,the; note,size,kind\n30,Rome,\"a \"\"b\"\"\",1.5,cat\nnan,,x,-20,dog\n41.0,Oslo,x,,cat";
    let other = folder.path().join("other.csv");
    fs::write(&other, plain).unwrap();
    assert_eq!(load_from("csv", &other).fingerprint, data.fingerprint);
}

#[test]
fn csv_targets_are_found_by_name_and_told_apart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let mut text = "id,x,whole,real,y2\n".to_owned();
    for row in 0..12 {
        text += &format!("id{row},{row}.5,{}.0,{row}.25,{}\n", [3, 10][row % 2], 12 - row);
    }
    fs::write(&path, text).unwrap();
    let ignore = |config: &mut DataConfig| config.ignore = vec!["id".to_owned()];
    let target = |names: &[&str], task: Option<TaskKind>| {
        with("csv", &path, |config| {
            ignore(config);
            config.target = names.iter().map(|&name| name.to_owned()).collect();
            config.task = task;
        })
    };
    let whole = target(&["whole"], None);
    assert_eq!(classes(&whole).1, ["3.0", "10.0"], "as written, in the order of the numbers");
    assert_eq!(classes(&whole).0, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert_eq!(target(&["whole"], Some(TaskKind::Classification)).fingerprint, whole.fingerprint);
    let Features::Table(columns) = &whole.features else { panic!("images") };
    assert_eq!(columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["x", "real", "y2"]);

    let Target::Values { values, .. } = target(&["whole"], Some(TaskKind::Regression)).target else {
        panic!("classes")
    };
    assert_eq!(values[..2], [3.0, 10.0]);
    let Target::Values { values, names } = target(&["real", "y2"], None).target else { panic!("classes") };
    assert_eq!((values[..4].to_vec(), names.len()), (vec![0.25, 12.0, 1.25, 11.0], 2));
    // 12 different whole numbers in 12 rows are numbers; the last column is the default.
    assert!(matches!(target(&[], None).target, Target::Values { names, .. } if names == ["y2"]));
    assert_eq!(classes(&target(&["x"], Some(TaskKind::Classification))).1.len(), 12);
}

#[test]
fn csv_weights_are_no_inputs_and_count_in_the_fingerprint() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let write = |weight: &str| {
        fs::write(&path, format!("x,y,w\n1,a,{weight}\n2,b,0\n3,a,1\n4,b,2.5\n")).unwrap();
        with("csv", &path, |config| config.weight = Some("w".to_owned()))
    };
    let data = write("0.5");
    assert_eq!(data.weights.as_deref(), Some([0.5, 0.0, 1.0, 2.5].as_slice()));
    let Features::Table(columns) = &data.features else { panic!("images") };
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["x"]);
    assert_eq!(classes(&data).1, ["a", "b"], "the last column that is not the weight is the target");
    let other = write("0.25");
    assert_ne!(other.fingerprint, data.fingerprint);
    let ignored = with("csv", &path, |config| config.ignore = vec!["w".to_owned()]);
    assert_eq!(ignored.weights, None);
    assert_ne!(ignored.fingerprint, other.fingerprint);

    let device = kiln_testkit::device();
    let split = kiln_data::Split { train: vec![0, 2, 3], validation: vec![1], ..Default::default() };
    let preprocess = kiln_data::Preprocess { standardize: true, ..Default::default() };
    let fitted = preprocess.fit(&split.train_view(&data)).unwrap();
    let batch = fitted.batch(&data, &[3, 1, 3], &device).unwrap();
    let weights: Vec<f32> = batch.weights.unwrap().into_data().iter().collect();
    assert_eq!(weights, [2.5, 0.0, 2.5]);
    assert!(fitted.batch(&ignored, &[0], &device).unwrap().weights.is_none());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        let mut broken = data.clone();
        broken.weights = Some(vec![1.0, bad, 1.0, 1.0]);
        let error = fitted.batch(&broken, &[0, 1], &device).unwrap_err();
        assert!(error.to_string().starts_with(&format!("row 1 has the weight {bad}")), "{error}");
    }
    let mut short = data.clone();
    short.weights = Some(vec![1.0]);
    let error = fitted.batch(&short, &[0], &device).unwrap_err();
    assert_eq!(error.to_string(), "there are 4 rows of inputs, but 1 weights");
}

#[test]
fn a_part_in_which_nothing_counts_is_an_error() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    let rows: String = (0..20).map(|row| format!("{row},{},0\n", row % 2)).collect();
    fs::write(&path, format!("x,y,w\n{rows}")).unwrap();
    let config = DataConfig { path: Some(path), weight: Some("w".to_owned()), ..DataConfig::new("csv") };
    let error = kiln_data::Prepared::load(&config, kiln_core::Seed::new(0)).unwrap_err();
    assert_eq!(error.to_string(), "all 14 items of the training part have the weight 0");
}
