//! Settings that do not fit, and paths where nothing is.

use std::fs;

use kiln_core::{ErrorKind, Explain};
use kiln_data::{DataConfig, TaskKind};
use tempfile::TempDir;

use super::{csv_config, message};

#[test]
fn settings_that_do_not_fit_are_usage_errors() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    fs::write(&path, "age,kind\n1,x\n2,y\n3,x\n").unwrap();
    let text = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let some = DataConfig::new;
    let cases: Vec<(DataConfig, &str, &str)> = vec![
        (some("digit"), "there is no data source \"digit\"", "did you mean \"digits\"?"),
        (some("zzz"), "there is no data source", "use one of the sources that `kiln data list` shows"),
        (some("csv"), "the data source csv needs a path", "set data.path, or give --data PATH"),
        (some("idx"), "the data source idx needs a path", "set data.path, or give --data PATH"),
        (some("images"), "the data source images needs a path", "set data.path, or give --data PATH"),
        (
            DataConfig { path: Some("x".into()), ..some("iris") },
            "data.path means nothing for the data source iris",
            "leave data.path out, or choose another data.source",
        ),
        (
            DataConfig { target: text(&["x"]), ..some("digits") },
            "data.target means nothing for the data source digits",
            "leave data.target out, or choose another data.source",
        ),
        (
            DataConfig { target: text(&["knid"]), ..csv_config(&path) },
            "data.target names the column \"knid\", which t.csv does not have",
            "did you mean \"kind\"?",
        ),
        (
            DataConfig { ignore: text(&["zzz"]), ..csv_config(&path) },
            "data.ignore names the column \"zzz\", which t.csv does not have",
            "set data.ignore to names from the first line",
        ),
        (
            DataConfig { weight: Some("wieght".to_owned()), ..csv_config(&path) },
            "data.weight names the column \"wieght\", which t.csv does not have",
            "set data.weight to names from the first line",
        ),
        (
            DataConfig { weight: Some("age".to_owned()), ..some("iris") },
            "data.weight means nothing for the data source iris",
            "leave data.weight out, or choose another data.source",
        ),
        (
            DataConfig { weight: Some("age".to_owned()), ignore: text(&["age"]), ..csv_config(&path) },
            "the column \"age\" is in data.weight and in data.ignore",
            "take it out of one of the two",
        ),
        (
            DataConfig { ignore: text(&["age"]), target: text(&["age"]), ..csv_config(&path) },
            "the column \"age\" is in data.target and in data.ignore",
            "take it out of one of the two",
        ),
    ];
    for (config, expected, help) in cases {
        let error = config.load().unwrap_err();
        let message = message(&folder, &error, ErrorKind::Usage);
        assert!(message.starts_with(expected), "{message}");
        assert_eq!(error.help().as_deref(), Some(help));
    }
    let all = DataConfig { target: text(&["age", "kind"]), ..csv_config(&path) };
    let message_of_all = message(&folder, &all.load().unwrap_err(), ErrorKind::Data);
    assert_eq!(message_of_all, "t.csv: there is no column to predict from");
    // What was left out is named: nobody would look for it.
    let names: String = (0..40).map(|i| format!("name {i},{}\n", ["x", "y"][i % 2])).collect();
    fs::write(&path, format!("who,kind\n{names}")).unwrap();
    let error = csv_config(&path).load().unwrap_err();
    assert_eq!(
        message(&folder, &error, ErrorKind::Data),
        "t.csv: there is no column to predict from; left out: who (an id: a different text in every row)"
    );
    assert!(error.help().unwrap().contains("data.categorical"));
    assert!(DataConfig { categorical: text(&["who"]), ..csv_config(&path) }.load().is_ok());
    fs::write(&path, "a,b,c\n1,1,x\n2,2,y\n3,1,x\n").unwrap();
    let several = |task| DataConfig { target: text(&["b", "c"]), task, ..csv_config(&path) };
    let error = several(Some(TaskKind::Classification)).load().unwrap_err();
    let expected = "data.target names 2 columns; only regression and multi-label predict several";
    assert_eq!(message(&folder, &error, ErrorKind::Usage), expected);
    let expected = "t.csv:2:5: row 1, column \"c\" is \"x\", not a number";
    for task in [None, Some(TaskKind::Regression)] {
        assert_eq!(message(&folder, &several(task).load().unwrap_err(), ErrorKind::Data), expected);
    }
}

#[test]
fn files_that_are_not_there_are_data_errors() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let at = |source: &str, name: &str| {
        let config = DataConfig { path: Some(folder.path().join(name)), ..DataConfig::new(source) };
        message(&folder, &config.load().unwrap_err(), ErrorKind::Data)
    };
    assert_eq!(at("csv", "none.csv"), "none.csv does not exist");
    assert!(at("csv", "").ends_with("is not a regular file"));
    assert_eq!(at("csv", "file/t.csv"), "file/t.csv is not a folder");
    assert_eq!(at("idx", "none"), "none does not exist");
    assert_eq!(at("idx", "file"), "file is not a folder");
    assert!(at("idx", "").ends_with("train-images-idx3-ubyte does not exist"));
    assert_eq!(at("images", "none"), "none does not exist");
    assert_eq!(at("images", "file"), "file is not a folder");
    let missing = at("fashion-mnist", "none");
    assert_eq!(missing, "the data set fashion-mnist is not here; looked in none/fashion-mnist, none");
    let config = DataConfig { path: Some("/none".into()), ..DataConfig::new("fashion-mnist") };
    let help = config.load().unwrap_err().help();
    assert_eq!(help.as_deref(), Some("apt-get install dataset-fashion-mnist, or set --data"));
}

#[test]
fn a_table_has_a_folder_of_caches_as_images_have() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("t.csv");
    fs::write(&path, "age,kind\n1,x\n2,y\n3,x\n").unwrap();
    let kept =
        DataConfig { cache: Some(folder.path().join("cache")), cache_limit: Some(1.0), ..csv_config(&path) };
    assert_eq!(kept.load().unwrap().fingerprint, csv_config(&path).load().unwrap().fingerprint);
}
