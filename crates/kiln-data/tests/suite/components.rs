//! Laws of the steps after the encoding: fitted on the training part alone, kept with it, applied to what is new.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{
    Column, Components, DataConfig, DataError, Dataset, Encode, FeatureGroup, Features, Fitted, Images,
    InputShape, Precision, Prepared, Preprocess, Scaling, SettingError, Target,
};

use crate::common::{batch, classes, dataset, fit_with, inputs, numeric, table, words};

const TRAIN: usize = 40;

/// Numbers, a constant, numbers with gaps and words; `tail` is drawn for the rows after the training part.
fn made(tail: u64) -> Dataset {
    let seed =
        |row: usize, column: u64| Seed::new(if row < TRAIN { 0 } else { tail }).at(row as u64).at(column);
    let numbers = |column| (0..TRAIN + 10).map(|row| seed(row, column).normal(0)).collect::<Vec<_>>();
    let gaps = numbers(3).into_iter().map(|x| if x > 1.0 { f64::NAN } else { x }).collect();
    let word = |row| ["red", "green", "blue"][(seed(row, 4).uniform(0) * 3.0) as usize];
    let cells: Vec<_> = (0..TRAIN + 10).map(|row| Some(word(row))).collect();
    let columns: Vec<Column> = vec![
        numeric("a", numbers(1)),
        numeric("b", numbers(2).iter().map(|x| 5.0 * x + 1e3).collect()),
        numeric("constant", vec![0.1; TRAIN + 10]),
        numeric("gaps", gaps),
        words("word", &cells),
    ];
    let mut data = table(columns);
    let labels = (0..TRAIN + 10).map(|row| u32::from(seed(row, 5).uniform(0) < 0.5)).collect();
    data.target = Target::Classes { labels, names: vec!["no".to_owned(), "yes".to_owned()] };
    data
}

fn settings() -> Vec<Preprocess> {
    let plain = Preprocess { standardize: true, ..Preprocess::default() };
    vec![
        Preprocess { pca: Some(Components::Count(3)), ..plain },
        Preprocess { pca: Some(Components::Share(0.8)), whiten: true, ..plain },
        Preprocess { pca: Some(Components::Share(1.0)), standardize: false, ..plain },
        Preprocess { scale: Scaling::RobustSmoothClip, ..plain },
        Preprocess { scale: Scaling::QuantileNormal, min_frequency: Some(12), ..plain },
        Preprocess { select: Some(3), ..plain },
        Preprocess { select: Some(4), pca: Some(Components::Count(2)), ..plain },
        Preprocess { encode: Encode::Target, ..plain },
        Preprocess { encode: Encode::Target, standardize: false, ..plain },
        Preprocess { encode: Encode::Target, select: Some(3), pca: Some(Components::Share(0.9)), ..plain },
    ]
}

#[test]
fn rows_outside_the_training_part_change_nothing_that_is_fitted() {
    for preprocess in settings() {
        let fitted = |tail| fit_with(&made(tail), TRAIN, &preprocess).unwrap();
        assert_eq!(fitted(1), fitted(2), "{preprocess:?}");
        // Something would be noticed.
        assert_ne!(fitted(1), fit_with(&made(1), TRAIN - 1, &preprocess).unwrap(), "{preprocess:?}");
    }
}

#[test]
fn what_is_new_is_seen_by_the_stored_state() {
    let data = made(1);
    for preprocess in settings() {
        let fitted = fit_with(&data, TRAIN, &preprocess).unwrap();
        let text = serde_json::to_string_pretty(&fitted).unwrap();
        let back: Fitted = serde_json::from_str(&text).unwrap();
        assert_eq!(back, fitted);
        let rows: Vec<usize> = (0..TRAIN + 10).collect();
        let bits = |fitted: &Fitted, rows: &[usize]| -> Vec<u32> {
            inputs(&batch(fitted, &data, rows).unwrap()).into_iter().map(f32::to_bits).collect()
        };
        let all = bits(&fitted, &rows);
        assert_eq!(all, bits(&back, &rows), "{preprocess:?}");
        // A row is the same alone as among others.
        let width = fitted.input_shape().features();
        for row in [0, TRAIN, TRAIN + 9] {
            assert_eq!(bits(&fitted, &[row]), all[row * width..][..width], "{preprocess:?}");
        }
        assert_eq!(fitted.feature_names().unwrap().len(), width);
        let groups = fitted.feature_groups();
        assert_eq!(groups.last().unwrap().features.end, width);
    }
}

#[test]
fn components_take_the_place_of_columns() {
    let preprocess =
        Preprocess { standardize: true, pca: Some(Components::Count(3)), ..Preprocess::default() };
    let fitted = fit_with(&made(1), TRAIN, &preprocess).unwrap();
    assert_eq!(fitted.input_shape(), InputShape::Table(3));
    assert_eq!(fitted.feature_names().unwrap(), ["pc1", "pc2", "pc3"]);
    assert_eq!(fitted.columns().unwrap().len(), 5);
    assert!(fitted.feature_groups().iter().all(|group| group.numeric && group.features.len() == 1));
    let pca = fitted.pca().unwrap();
    assert_eq!((pca.mean().len(), pca.components().len(), pca.whitens()), (7, 3, false));
    assert!(fit_with(&made(1), TRAIN, &Preprocess::default()).unwrap().pca().is_none());
}

#[test]
fn files_of_earlier_versions_are_read_and_damaged_ones_refused() {
    let old = r#"{"inputs":{"table":{"columns":[{"name":"x","kind":"numeric"}],"encodings":[{"numeric":{"missing":1.5,
        "scale":{"mean":1.5,"std":0.5}}}]}},"targets":{"classes":{"names":["a","b"]}}}"#;
    let fitted: Fitted = serde_json::from_str(old).unwrap();
    let as_then = Preprocess { precision: Precision::Single, ..standardized() };
    assert_eq!(fitted, fit_with(&table(vec![numeric("x", vec![1.0, 2.0])]), 2, &as_then).unwrap());

    let preprocess = Preprocess { pca: Some(Components::Count(2)), ..standardized() };
    let stored = serde_json::to_value(fit_with(&made(1), TRAIN, &preprocess).unwrap()).unwrap();
    type Change = fn(&mut serde_json::Value);
    let changes: [Change; 4] = [
        |pca| pca["mean"].as_array_mut().unwrap().truncate(3),
        |pca| pca["components"].as_array_mut().unwrap().truncate(1),
        |pca| pca["explained_variance"][1] = 0.into(),
        |pca| pca["components"][0].as_array_mut().unwrap().truncate(3),
    ];
    for change in changes {
        let mut damaged = stored.clone();
        change(&mut damaged["inputs"]["table"]["pca"]);
        let error = serde_json::from_value::<Fitted>(damaged).unwrap_err().to_string();
        assert_eq!(error, "the stored preprocessing is damaged: the columns");
    }
    assert!(serde_json::from_value::<Fitted>(stored).is_ok());
}

#[test]
fn columns_that_are_selected_keep_their_names_and_groups() {
    let preprocess = Preprocess { select: Some(4), ..standardized() };
    let (all, four) = (
        fit_with(&made(1), TRAIN, &standardized()).unwrap(),
        fit_with(&made(1), TRAIN, &preprocess).unwrap(),
    );
    let names = four.feature_names().unwrap();
    assert_eq!(four.input_shape(), InputShape::Table(4));
    // The constant column tells nothing.
    assert!(!names.contains(&"constant".to_owned()), "{names:?}");
    let every = all.feature_names().unwrap();
    let kept: Vec<usize> =
        names.iter().map(|name| every.iter().position(|other| other == name).unwrap()).collect();
    assert!(kept.is_sorted());
    let rows: Vec<usize> = (0..TRAIN + 10).collect();
    let all = inputs(&batch(&all, &made(1), &rows).unwrap());
    let expected: Vec<f32> = all.chunks(7).flat_map(|row| kept.iter().map(|at| row[*at])).collect();
    assert_eq!(inputs(&batch(&four, &made(1), &rows).unwrap()), expected);

    let groups = fit_with(&made(1), TRAIN, &Preprocess { select: Some(6), ..standardized() })
        .unwrap()
        .feature_groups();
    let group = |features: std::ops::Range<usize>, numeric| FeatureGroup { features, numeric };
    assert_eq!(groups, [group(0..1, true), group(1..2, true), group(2..3, true), group(3..6, false)]);
    let error = fit_with(&made(1), TRAIN, &Preprocess { select: Some(8), ..standardized() }).unwrap_err();
    assert_eq!(error.to_string(), "data.select is 8, it must be at least 1 and at most 7");
}

fn standardized() -> Preprocess {
    Preprocess { standardize: true, ..Preprocess::default() }
}

#[test]
fn settings_that_cannot_be_are_errors_that_name_them() {
    let refused = |data: &Dataset, preprocess: Preprocess| {
        let error = fit_with(data, 2, &preprocess).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        error.to_string()
    };
    let pca = |wanted| Preprocess { pca: Some(wanted), ..standardized() };
    let columns = table(vec![numeric("x", vec![1.0, 2.0]), words("w", &[Some("a"), Some("b")])]);
    assert_eq!(
        refused(&columns, pca(Components::Count(4))),
        "data.pca is 4, it must be at least 1 and at most 3"
    );
    assert!(refused(&columns, pca(Components::Share(1.5))).starts_with("data.pca is 1.5, it must be"));
    let alone = Preprocess { whiten: true, ..standardized() };
    assert_eq!(refused(&columns, alone), "data.whiten needs data.pca: it scales principal components");
    let images = dataset(Features::Images(Images::new(vec![1, 2], [1, 1, 1])), classes(2));
    let for_images = refused(&images, pca(Components::Count(1)));
    assert_eq!(for_images, "data.pca is for tables, and these data are images");
}

#[test]
fn the_configuration_names_the_steps() {
    let config = |line: &str| -> DataConfig {
        serde_json::from_str(&format!(r#"{{"source": "wine", {line}}}"#)).unwrap()
    };
    assert_eq!(config(r#""pca": 5"#).pca, Some(Components::Count(5)));
    assert_eq!(config(r#""pca": 0.95"#).pca, Some(Components::Share(0.95)));
    let by_target = config(r#""encode": "target", "select": 7"#);
    assert_eq!((by_target.encode, by_target.select), (Encode::Target, Some(7)));
    assert_eq!(config(r#""pca": 1.0"#).pca, Some(Components::Share(1.0)));
    let wine = Prepared::load(&config(r#""pca": 5, "whiten": true"#), Seed::new(0)).unwrap();
    assert_eq!(wine.fitted.input_shape(), InputShape::Table(5));
    assert!(wine.fitted.pca().unwrap().whitens());
    let minus = Prepared::load(&config(r#""pca": -1"#), Seed::new(0)).unwrap_err();
    assert!(minus.to_string().starts_with("data.pca is -1, it must be"), "{minus}");
    let digits = DataConfig { pca: Some(Components::Count(5)), ..DataConfig::new("digits") };
    let error = Prepared::load(&digits, Seed::new(0)).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Setting(SettingError::NeedsTable { setting: "data.pca", found: "images" })
        ),
        "{error}"
    );
}
