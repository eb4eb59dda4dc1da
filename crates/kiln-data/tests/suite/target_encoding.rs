//! Categories by the target: training rows do not see their own, new rows see all of them.

use std::sync::Arc;

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{
    DataError, Dataset, Encode, Features, Fitted, ImageSettings, Images, Precision, Preprocess, Rows,
    Scaling, Source, Split, Target, TextSettings,
};
use kiln_testkit::device;

use crate::common::{batch, classes, dataset, fit_with, inputs, numeric, table, words};

const TRAIN: usize = 60;
const BY_TARGET: Preprocess = Preprocess {
    standardize: false,
    scale: Scaling::Standard,
    encode: Encode::Target,
    target_transform: None,
    min_frequency: None,
    missing_flags: false,
    bins: None,
    bins_by: kiln_data::BinsBy::Quantiles,
    select: None,
    pca: None,
    whiten: false,
    precision: Precision::Double,
    images: ImageSettings::UNCHANGED,
    text: TextSettings::WORDS,
};

/// Sixty training rows and six others: a column of words, one with gaps, and what the model predicts.
fn made(target: Target) -> Dataset {
    let word = |row: usize| ["a", "b", "c", "d"][(Seed::new(1).uniform(row as u64) * 4.0) as usize];
    let rows = TRAIN + 6;
    let mut cells: Vec<_> = (0..rows).map(|row| Some(word(row))).collect();
    let gaps: Vec<_> = (0..rows).map(|row| (row % 3 > 0).then(|| word(row + 1000))).collect();
    (cells[TRAIN], cells[TRAIN + 1]) = (Some("unseen"), None);
    let mut data = table(vec![words("word", &cells), words("gaps", &gaps), numeric("x", vec![1.5; rows])]);
    data.target = target;
    data
}

fn values(names: &[&str]) -> Target {
    let number = |i| Seed::new(2).normal(i as u64);
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Target::Values { values: (0..(TRAIN + 6) * names.len()).map(number).collect(), names }
}

fn split() -> Split {
    Split { train: (0..TRAIN).collect(), test: (TRAIN..TRAIN + 6).collect(), ..Split::default() }
}

fn train_numbers(fitted: &Fitted, data: &Dataset) -> Vec<f32> {
    fitted.train_numbers(&split().train_view(data), &split().train).unwrap()
}

#[test]
fn no_training_row_is_encoded_by_its_own_target() {
    let data = made(values(&["y"]));
    let fitted = fit_with(&data, TRAIN, &BY_TARGET).unwrap();
    let before = train_numbers(&fitted, &data);
    for row in [0, 17, TRAIN - 1] {
        let mut other = data.clone();
        let Target::Values { values, .. } = &mut other.target else { panic!() };
        values[row] += 100.0;
        let refitted = fit_with(&other, TRAIN, &BY_TARGET).unwrap();
        let after = train_numbers(&refitted, &other);
        assert_eq!(before[row * 3..][..3], after[row * 3..][..3], "row {row} sees its own target");
        assert_ne!(before, after, "no other row sees the target of row {row}");
        // As a new row it would.
        let as_new = |fitted: &Fitted| fitted.input_numbers(&data.features, &[row]).unwrap();
        assert_ne!(as_new(&fitted), as_new(&refitted));
    }
}

#[test]
fn unknown_categories_get_the_mean_of_the_target() {
    let data = made(values(&["y"]));
    let fitted = fit_with(&data, TRAIN, &BY_TARGET).unwrap();
    let Target::Values { values, .. } = &data.target else { panic!() };
    let mean = values[..TRAIN].iter().sum::<f64>() / TRAIN as f64;
    let numbers = fitted.input_numbers(&data.features, &[TRAIN, TRAIN + 1, 0, 3]).unwrap();
    // Unseen, and missing in a column that is never missing in the training part.
    assert_eq!((numbers[0], numbers[3]), (mean as f32, mean as f32));
    // Missing where the training part has missing cells: a category of its own, the same in rows 0 and 3.
    assert!(numbers[7] == numbers[10] && numbers[7] != mean as f32);
}

#[test]
fn rows_of_the_training_part_are_encoded_as_such_and_others_are_not() {
    let (data, split) = (Arc::new(made(values(&["y"]))), split());
    let fitted = Arc::new(fit_with(&data, TRAIN, &BY_TARGET).unwrap());
    let train = Rows::training(Arc::clone(&data), &split, Arc::clone(&fitted));
    let items: Vec<usize> = (0..TRAIN).collect();
    let numbers = inputs(&train.batch(&items, &device()).unwrap());
    assert_eq!(numbers, train_numbers(&fitted, &data));
    assert_eq!(train.input_numbers(&[5, 2]).unwrap(), [&numbers[15..18], &numbers[6..9]].concat());
    let as_new = Rows::new(Arc::clone(&data), split.train.clone(), Arc::clone(&fitted));
    let judged = inputs(&as_new.batch(&items, &device()).unwrap());
    assert_eq!(judged, inputs(&batch(&fitted, &data, &items).unwrap()));
    assert_ne!(judged, numbers);

    // A row outside the training part is not a training row, whatever the caller says.
    let view = split.train_view(&data);
    assert!(matches!(fitted.train_numbers(&view, &[TRAIN]), Err(DataError::NotTheTrainingPart)));
    // Neither are other rows, or other targets.
    let fewer = Split { train: (1..TRAIN).collect(), ..split.clone() };
    let mut changed = (*data).clone();
    let Target::Values { values, .. } = &mut changed.target else { panic!() };
    values[7] += 1.0;
    let rows = [
        Rows::training(data, &fewer, Arc::clone(&fitted)),
        Rows::training(Arc::new(changed), &split, fitted),
    ];
    for rows in rows {
        assert!(matches!(rows.batch(&[0], &device()), Err(DataError::NotTheTrainingPart)));
    }
}

#[test]
fn the_stored_state_encodes_training_rows_as_before() {
    for target in [values(&["y"]), values(&["y", "z"])] {
        let data = made(target);
        for preprocess in [BY_TARGET, Preprocess { standardize: true, ..BY_TARGET }] {
            let fitted = fit_with(&data, TRAIN, &preprocess).unwrap();
            let back: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
            let bits =
                |fitted| train_numbers(fitted, &data).into_iter().map(f32::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(&fitted), bits(&back));
        }
    }
}

#[test]
fn standardised_encodings_of_the_training_part_have_mean_0_and_deviation_1() {
    let data = made(values(&["y"]));
    let fitted = fit_with(&data, TRAIN, &Preprocess { standardize: true, ..BY_TARGET }).unwrap();
    let numbers = train_numbers(&fitted, &data);
    for feature in 0..2 {
        let cells = || numbers.iter().skip(feature).step_by(3).map(|x| f64::from(*x));
        let (mean, squares) = (cells().sum::<f64>() / 60.0, cells().map(|x| x * x).sum::<f64>() / 60.0);
        assert!(mean.abs() < 1e-6 && (squares - 1.0).abs() < 1e-5, "{mean} {squares}");
    }
}

#[test]
fn features_are_named_by_what_they_are_means_of() {
    let names = |target| {
        let fitted = fit_with(&made(target), TRAIN, &BY_TARGET).unwrap();
        assert!(fitted.feature_groups().iter().all(|group| group.numeric && group.features.len() == 1));
        fitted.feature_names().unwrap()
    };
    let of = |classes: &[&str]| Target::Classes {
        labels: (0..TRAIN as u32 + 6).map(|row| row % classes.len() as u32).collect(),
        names: classes.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(names(values(&["y"])), ["word", "gaps", "x"]);
    assert_eq!(names(of(&["no", "yes"])), ["word", "gaps", "x"]);
    assert_eq!(names(values(&["y", "z"])), ["word:y", "word:z", "gaps:y", "gaps:z", "x"]);
    assert_eq!(
        names(of(&["1", "2", "3"])),
        ["word:1", "word:2", "word:3", "gaps:1", "gaps:2", "gaps:3", "x"]
    );
}

#[test]
fn what_cannot_be_encoded_is_an_error() {
    let error = fit_with(&table(vec![numeric("x", vec![1.0, 2.0])]), 2, &BY_TARGET).unwrap_err();
    assert_eq!(
        error.to_string(),
        "data.encode = \"target\" has nothing to encode: no column holds categories"
    );
    assert_eq!(error.kind(), ErrorKind::Usage);
    let word = table(vec![words("w", &[Some("a"), Some("b")])]);
    assert!(matches!(fit_with(&word, 1, &BY_TARGET), Err(DataError::NoInnerFolds)));
    let images = dataset(Features::Images(Images::new(vec![1, 2], [1, 1, 1])), classes(2));
    let error = fit_with(&images, 2, &BY_TARGET).unwrap_err();
    assert_eq!(error.to_string(), "data.encode is for tables, and these data are images");
    let mut data = made(values(&["y"]));
    let Target::Values { values, .. } = &mut data.target else { panic!() };
    values[4] = f64::NAN;
    let error = fit_with(&data, TRAIN, &BY_TARGET).unwrap_err();
    assert!(matches!(&error, DataError::NotFinite { column, row: 4, .. } if column == "y"), "{error}");
}

#[test]
fn stored_means_that_no_fit_can_have_made_are_refused() {
    let stored = serde_json::to_value(fit_with(&made(values(&["y"])), TRAIN, &BY_TARGET).unwrap()).unwrap();
    type Change = fn(&mut serde_json::Value);
    let changes: [Change; 4] = [
        |table| table["encodings"][0]["target"]["whole"]["categories"].as_array_mut().unwrap().truncate(1),
        |table| table["encodings"][0]["target"]["folds"].as_array_mut().unwrap().truncate(1),
        |table| table["encodings"][0]["target"]["folds"][2]["all"] = serde_json::json!([]),
        |table| drop(table.as_object_mut().unwrap().remove("training")),
    ];
    for change in changes {
        let mut damaged = stored.clone();
        change(&mut damaged["inputs"]["table"]);
        let error = serde_json::from_value::<Fitted>(damaged).unwrap_err().to_string();
        assert_eq!(error, "the stored preprocessing is damaged: the columns");
    }
    assert!(serde_json::from_value::<Fitted>(stored).is_ok());
}
