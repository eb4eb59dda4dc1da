//! Time series: files of every kind, windows, scales, batches, and what is refused.

use std::path::PathBuf;

use kiln_core::{Explain, Seed};
use kiln_data::source::{read_features, read_labelled, recognise};
use kiln_data::{
    DataConfig, DataError, Dataset, Features, InputShape, Loader, Prepared, Preprocess, Rows, Scaling,
    Series, SeriesShape, Source, Split, Target,
};
use kiln_testkit::device;

use crate::common::{classes, dataset};

pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}

pub(crate) fn csv(path: PathBuf) -> DataConfig {
    DataConfig { path: Some(path), ..DataConfig::new("csv") }
}

pub(crate) fn items(data: &Dataset) -> Vec<Vec<f64>> {
    let series = data.features.as_series().unwrap();
    (0..series.len()).map(|row| series.item(row).to_vec()).collect()
}

/// The values of a batch, `[N, channels, T]`, and the lengths.
fn batch(data: &Dataset, preprocess: &Preprocess, train: usize) -> (Vec<f32>, [usize; 3], Vec<usize>) {
    let rows = data.target.rows().unwrap();
    let split = Split { train: (0..train).collect(), test: (train..rows).collect(), ..Split::default() };
    let fitted = preprocess.fit(&split.train_view(data)).unwrap();
    let all: Vec<usize> = (0..rows).collect();
    let batch = fitted.batch(data, &all, &device()).unwrap().inputs.into_series().unwrap();
    let dims = batch.values.dims();
    (batch.values.into_data().iter().collect(), dims, batch.lengths)
}

#[test]
fn channels_are_scaled_by_the_training_part_and_padded() {
    let series =
        Series::new(["x", "y"], [vec![1.0, 10.0, 3.0, 30.0], vec![5.0, 50.0], vec![7.0, 70.0, 9.0, 90.0]]);
    let data = dataset(Features::Series(series), classes(3));
    let plain = Preprocess::default();
    let (values, dims, lengths) = batch(&data, &plain, 2);
    assert_eq!((dims, lengths), ([3, 2, 2], vec![2, 1, 2]));
    assert_eq!(values, [1.0, 3.0, 10.0, 30.0, 5.0, 0.0, 50.0, 0.0, 7.0, 9.0, 70.0, 90.0]);
    // numpy: x = [1, 3, 5], mean 3, std 1.632993161855452.
    let (values, ..) = batch(&data, &Preprocess { standardize: true, ..plain }, 2);
    assert!((values[0] + 1.224_744_9).abs() < 1e-6 && (values[9] - 3.674_234_6).abs() < 1e-6, "{values:?}");
    let own = Preprocess { standardize: true, scale: Scaling::Series, ..plain };
    let (values, ..) = batch(&data, &own, 2);
    assert_eq!(values, [-1.0, 1.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 1.0, -1.0, 1.0]);
}

#[test]
fn a_fit_keeps_what_it_learned_and_knows_its_channels() {
    let make = |channel: &str| {
        let items = (0..6).map(|item| vec![f64::from(item), 1.0, 2.0]);
        dataset(Features::Series(Series::new([channel], items)), classes(6))
    };
    let data = make("x");
    let split = Split { train: (0..4).collect(), test: vec![4, 5], ..Split::default() };
    let fitted =
        Preprocess { standardize: true, ..Preprocess::default() }.fit(&split.train_view(&data)).unwrap();
    let stored: kiln_data::Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(stored, fitted);
    assert_eq!(fitted.input_shape(), InputShape::Series(SeriesShape { channels: 1, longest: 3 }));
    let other = make("z");
    let error = fitted.batch(&other, &[0], &device()).unwrap_err();
    assert!(error.to_string().contains("\"z\" where \"x\""), "{error}");
    let text = serde_json::to_string(&fitted).unwrap().replace("\"longest\":3", "\"longest\":0");
    let damaged = serde_json::from_str::<kiln_data::Fitted>(&text).unwrap_err();
    assert!(damaged.to_string().contains("the scales of the channels"), "{damaged}");
    let infinite = Series::new(["x"], [vec![1.0, f64::INFINITY], vec![2.0]]);
    let infinite = dataset(Features::Series(infinite), classes(2));
    let split = Split { train: vec![0, 1], ..Split::default() };
    let error = Preprocess::default().fit(&split.train_view(&infinite)).unwrap_err();
    assert!(matches!(error, DataError::NotFinite { .. }), "{error}");
    let nothing = dataset(Features::Series(Series::new(["x"], [vec![f64::NAN], vec![f64::NAN]])), classes(2));
    assert!(matches!(
        Preprocess::default().fit(&split.train_view(&nothing)),
        Err(DataError::NoValues { .. })
    ));
    for scale in [Scaling::QuantileNormal, Scaling::RobustSmoothClip] {
        let error = Preprocess { standardize: true, scale, ..Preprocess::default() }
            .fit(&split.train_view(&infinite));
        assert_eq!(error.unwrap_err().key().as_deref(), Some("data.scale"));
    }
}

#[test]
fn batches_are_of_like_lengths_where_series_differ() {
    let data = |uneven: bool| {
        let items = (0..64).map(|item| vec![1.0; if uneven { 1 + item % 16 } else { 5 }]);
        std::sync::Arc::new(dataset(Features::Series(Series::new(["x"], items)), classes(64)))
    };
    let split = Split { train: (0..64).collect(), ..Split::default() };
    for uneven in [false, true] {
        let data = data(uneven);
        let fitted = std::sync::Arc::new(Preprocess::default().fit(&split.train_view(&data)).unwrap());
        let rows = Rows::training(data, &split, fitted);
        assert_eq!(rows.lengths().is_some(), uneven);
        let loader = Loader::new(rows, 4).unwrap().shuffled(Seed::new(1));
        let order = loader.order(3);
        assert_eq!(order, loader.order(3));
        if uneven {
            let spread = |batch: &[usize]| {
                let lengths = batch.iter().map(|item| item % 16);
                lengths.clone().max().unwrap() - lengths.min().unwrap()
            };
            assert!(order.chunks(4).all(|batch| spread(batch) <= 1), "{order:?}");
        }
    }
}

/// The head of a `.ts` file with two classes.
const HEAD: &str = "@problemName Made\n@timeStamps false\n@univariate true\n@classLabel true 1 2\n@data\n";

#[test]
fn a_folder_of_an_archive_has_a_test_part_of_its_own() {
    let place = Place::new();
    let line = |item: usize| format!("{item},{},3:{}\n", 2 * item, 1 + item % 2);
    let lines = |range: std::ops::Range<usize>| range.map(line).collect::<String>();
    place.write("made/Made_TRAIN.ts", &format!("{HEAD}{}", lines(0..8)));
    place.write("made/Made_TEST.ts", &format!("{HEAD}{}1,?:2\n", lines(8..10)));
    let folder = place.0.path().join("made");
    assert_eq!(recognise(&folder), Some("ts"));
    let config = DataConfig { path: Some(folder.clone()), ..DataConfig::new("ts") };
    let data = config.load().unwrap();
    assert_eq!((data.fixed_test.clone(), items(&data)[9].clone()), (vec![8, 9, 10], vec![9.0, 18.0, 3.0]));
    assert!(items(&data)[10][1].is_nan());
    assert_eq!(data.target.class_names().unwrap(), ["1", "2"]);
    let prepared = Prepared::new(data, &config, Seed::new(0)).unwrap();
    assert_eq!(prepared.split.test, [8, 9, 10]);
    // New series, with and without their classes.
    let new = place.write("new.ts", "@univariate true\n@classLabel false\n@data\n5,6,7\n1,2\n");
    let (features, count) = read_features(&new, &prepared.fitted).unwrap();
    assert_eq!((count, features.as_series().unwrap().steps(1)), (2, 2));
    let labelled = read_labelled(&folder.join("Made_TEST.ts"), &config, &prepared.fitted).unwrap();
    assert_eq!((labelled.rows.len(), labelled.dataset.target.labels().unwrap()), (3, &[0, 1, 1][..]));
    let unknown = place.write("unknown.ts", &format!("{}1,2:7\n2,3:1\n", HEAD.replace("1 2", "1 7")));
    let error = read_labelled(&unknown, &config, &prepared.fitted).unwrap_err();
    assert!(error.to_string().contains("the class \"7\" is none that the model was trained with"), "{error}");
    let no_train = DataConfig { path: Some(place.0.path().to_owned()), ..DataConfig::new("ts") };
    assert!(no_train.load().unwrap_err().to_string().contains("_TRAIN.ts"));
    // Of several sets that of the folder's name, or none.
    place.write("made/Other_TRAIN.ts", HEAD);
    assert_eq!(config.load().unwrap().fixed_test.len(), 3);
    place.write("both/A_TRAIN.ts", HEAD);
    place.write("both/B_TRAIN.ts", HEAD);
    let both = DataConfig { path: Some(place.0.path().join("both")), ..DataConfig::new("ts") };
    assert!(both.load().unwrap_err().to_string().contains("several files"));
}

#[test]
fn numbers_can_be_predicted_of_archives() {
    let place = Place::new();
    let lines: String = (0..10).map(|item| format!("{item}:1,2:{}\n", 0.5 * item as f64)).collect();
    let lines = lines.replace(":1,2:", ",0:1,2:");
    let path = place.write("a.ts", &format!("@dimensions 2\n@targetlabel true\n@data\n{lines}"));
    let data = DataConfig { path: Some(path), ..DataConfig::new("ts") }.load().unwrap();
    assert!(matches!(&data.target, Target::Values { values, .. } if values[3] == 1.5));
    assert_eq!(
        (items(&data)[3].clone(), data.features.as_series().unwrap().channels().len()),
        (vec![3.0, 1.0, 0.0, 2.0], 2)
    );
}
