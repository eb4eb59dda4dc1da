//! Augmented rows: what a loader gets depends on the run's seed, the epoch and the item, and on nothing else.

use kiln_augment::{
    AugmentError, Augmented, CropConfig, EraseConfig, FeatureDropoutConfig, HorizontalFlip, JitterConfig,
    MixConfig, RowTransform, SmoteConfig, SwapNoiseConfig, op,
};
use kiln_core::{Purpose, Seed};
use kiln_data::{Batch, DataConfig, Dataset, Features, Loader, Prepared, Source, Target, Targets, Tokens};

fn prepared(name: &str) -> Prepared {
    Prepared::load(&DataConfig::new(name), Seed::new(0)).unwrap()
}

fn crop(size: usize) -> kiln_augment::RandomCrop {
    CropConfig { size: [size; 2], padding: 1, border: Default::default(), fill: None }.build().unwrap()
}

fn digits() -> Augmented {
    let mix = MixConfig { mixup: 0.4, cutmix: 1.0, p: 0.7, switch: 0.5 }.build("mix").unwrap();
    Augmented::new(prepared("digits").train())
        .transform(crop(8))
        .unwrap()
        .transform(HorizontalFlip::new(0.5).unwrap())
        .unwrap()
        .transform(EraseConfig::default().build().unwrap())
        .unwrap()
        .mix(mix)
        .unwrap()
}

fn wine() -> Augmented {
    Augmented::new(prepared("wine").train())
        .rows(RowTransform::Jitter(JitterConfig { sigma: 0.3 }))
        .unwrap()
        .rows(RowTransform::FeatureDropout(FeatureDropoutConfig { p: 0.2 }))
        .unwrap()
        .rows(RowTransform::SwapNoise(SwapNoiseConfig { p: 0.2 }))
        .unwrap()
}

fn loader(source: impl Source<Batch> + 'static, batch: usize, threads: usize) -> Loader<Batch> {
    let seed = Seed::new(5);
    Loader::new(source, batch)
        .unwrap()
        .shuffled(seed.purpose(Purpose::Shuffle))
        .augmented(seed.purpose(Purpose::Augment))
        .prefetch(threads)
}

fn inputs(batch: Batch) -> Vec<f32> {
    batch.inputs.flat().into_data().iter::<f32>().collect()
}

/// FNV-1a over the bits of inputs and targets.
fn hash(mut state: u64, batch: Batch) -> u64 {
    let targets = batch.targets.numbers().into_data();
    for number in batch.inputs.flat().into_data().iter::<f32>().chain(targets.iter::<f32>()) {
        for byte in number.to_bits().to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    state
}

/// The hash of 1,000 batches.
fn of_1000(loader: &Loader<Batch>) -> u64 {
    let device = kiln_testkit::device();
    let batches = (0u64..).flat_map(|epoch| loader.epoch(epoch, &device)).take(1000);
    batches.fold(0xcbf2_9ce4_8422_2325, |state, batch| hash(state, batch.unwrap().data))
}

#[test]
fn one_hash_of_1000_batches_for_any_number_of_threads() {
    let first = of_1000(&loader(digits(), 16, 0));
    for threads in [1, 2, 4, 8] {
        assert_eq!(of_1000(&loader(digits(), 16, threads)), first, "{threads} prefetch threads");
    }
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(
            pool.install(|| of_1000(&loader(digits(), 16, 0))),
            first,
            "{threads} threads in the pool"
        );
    }
    // The host's bytes are the same whatever the device: this number holds on all of them.
    assert_eq!(first, DIGITS, "{first:#x}");
    assert_eq!(of_1000(&loader(wine(), 4, 2)), of_1000(&loader(wine(), 4, 0)));
}

/// What the digits give on every device. Another number means that every augmented run changes.
const DIGITS: u64 = 0xa673_a8c3_83b7_eafe;

#[test]
fn an_item_is_augmented_the_same_in_any_batch_and_anew_in_every_epoch() {
    let source = Augmented::new(prepared("digits").train()).transform(crop(8)).unwrap();
    let device = kiln_testkit::device();
    let epoch = Seed::new(5).purpose(Purpose::Augment).at(3);
    let alone = inputs(source.training_batch(&[7], epoch, &device).unwrap());
    let third = inputs(source.training_batch(&[1, 2, 7], epoch, &device).unwrap());
    assert_eq!(alone, third[2 * 64..]);
    let epochs: Vec<_> =
        (0..8).map(|e| inputs(source.training_batch(&[7], Seed::new(5).at(e), &device).unwrap())).collect();
    assert!(epochs.iter().any(|other| *other != epochs[0]), "every epoch crops the same");
}

#[test]
fn only_training_batches_are_augmented() {
    let device = kiln_testkit::device();
    let plain = prepared("digits").train();
    let items: Vec<usize> = (0..20).collect();
    let expected = inputs(plain.batch(&items, &device).unwrap());
    let batch = |loader: Loader<Batch>| inputs(loader.pass(&device).next().unwrap().unwrap().data);
    let unseeded = Loader::new(digits(), 20).unwrap();
    assert_eq!(batch(unseeded.clone()), expected);
    assert_ne!(batch(unseeded.augmented(Seed::new(1))), expected);
    // Rows know of no augmentation.
    assert_eq!(batch(Loader::new(plain, 20).unwrap().augmented(Seed::new(1))), expected);
    // Without a transform, an image goes the long way and comes out the same.
    let none = Augmented::new(prepared("digits").train());
    assert_eq!(inputs(none.training_batch(&items, Seed::new(1), &device).unwrap()), expected);
}

#[test]
fn rows_change_as_much_as_they_shall() {
    let device = kiln_testkit::device();
    let plain = prepared("wine").train();
    let items: Vec<usize> = (0..plain.len()).collect();
    let expected = inputs(plain.batch(&items, &device).unwrap());
    let changed = |transform| {
        let source = Augmented::new(prepared("wine").train()).rows(transform).unwrap();
        let epochs = (0..40)
            .map(|epoch| inputs(source.training_batch(&items, Seed::new(9).at(epoch), &device).unwrap()));
        epochs.flat_map(|epoch| epoch.into_iter().zip(expected.clone())).collect::<Vec<_>>()
    };
    let jittered = changed(RowTransform::Jitter(JitterConfig { sigma: 0.3 }));
    let n = jittered.len() as f64;
    let variance = jittered.iter().map(|(new, old)| f64::from(new - old).powi(2)).sum::<f64>() / n;
    assert!((variance.sqrt() - 0.3).abs() < 0.005, "{}", variance.sqrt());

    let share = |cells: &[(f32, f32)]| cells.iter().filter(|(new, old)| new != old).count() as f64 / n;
    let dropped = changed(RowTransform::FeatureDropout(FeatureDropoutConfig { p: 0.2 }));
    assert!((share(&dropped) - 0.2).abs() < 0.01, "{}", share(&dropped));
    assert!(dropped.iter().filter(|(new, old)| new != old).all(|(new, _)| new.abs() < 1e-5));
    let swapped = changed(RowTransform::SwapNoise(SwapNoiseConfig { p: 0.2 }));
    // A donor may have the same value.
    assert!((0.17..0.21).contains(&share(&swapped)), "{}", share(&swapped));
}

fn smote() -> Augmented {
    Augmented::new(prepared("wine").train()).rows(RowTransform::Smote(SmoteConfig::default())).unwrap()
}

fn classes(batch: &Batch) -> Vec<i64> {
    match &batch.targets {
        Targets::Classes(classes) => classes.to_data().iter::<i64>().collect(),
        _ => Vec::new(),
    }
}

#[test]
fn smote_gives_every_class_as_many_items_as_the_largest_has() {
    let device = kiln_testkit::device();
    let (plain, source) = (prepared("wine").train(), smote());
    let items: Vec<usize> = (0..source.len()).collect();
    let batch = source.training_batch(&items, Seed::new(3), &device).unwrap();
    let labels = classes(&batch);
    let count = |labels: &[i64], class| labels.iter().filter(|label| **label == class).count();
    let before = classes(&plain.batch(&(0..plain.len()).collect::<Vec<_>>(), &device).unwrap());
    let most = (0..3).map(|class| count(&before, class)).max().unwrap();
    assert!((0..3).any(|class| count(&before, class) < most));
    assert!((0..3).all(|class| count(&labels, class) == most));

    // The items that were there are as they were; the added ones are new, within the range of their class, and others next time.
    let width = plain.fitted().input_shape().features();
    let there: Vec<usize> = (0..plain.len()).collect();
    let originals = inputs(plain.batch(&there, &device).unwrap());
    let first = inputs(batch);
    assert_eq!(first[..originals.len()], originals);
    for (row, label) in first.chunks(width).zip(&labels).skip(plain.len()) {
        assert!(!originals.chunks(width).any(|other| other == row));
        for (feature, cell) in row.iter().enumerate() {
            let of_class = originals.chunks(width).zip(&before).filter(|(_, other)| *other == label);
            let (low, high) = of_class.fold((f32::MAX, f32::MIN), |(low, high), (row, _)| {
                (low.min(row[feature]), high.max(row[feature]))
            });
            assert!((low..=high).contains(cell));
        }
    }
    let next = inputs(source.training_batch(&items, Seed::new(4), &device).unwrap());
    assert_ne!(first[originals.len()..], next[originals.len()..]);
    // To be scored on, items of the class stand for those that were added.
    assert_eq!(classes(&source.batch(&items, &device).unwrap()), labels);
}

#[test]
fn smote_comes_first_and_is_for_classes() {
    let smote = || RowTransform::Smote(SmoteConfig::default());
    let numbers = Augmented::new(prepared("diabetes").train()).rows(smote()).unwrap_err();
    assert_eq!(
        numbers.within("augment.rows.0").to_string(),
        "augment.rows.0 is for classes, and the data are not"
    );
    assert!(matches!(wine().rows(smote()), Err(AugmentError::NotFirst { .. })));
    let none = RowTransform::Smote(SmoteConfig { neighbors: 0 }).check("augment.rows.0").unwrap_err();
    assert!(none.to_string().starts_with("augment.rows.0.neighbors is 0"));
}

#[test]
fn neighbours_and_what_lies_between_them_are_those_of_imbalanced_learn() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/smote.json");
    let golden: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let numbers = |value: &serde_json::Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let width = golden["width"].as_u64().unwrap() as usize;
    let rows: Vec<f32> = numbers(&golden["rows"]).into_iter().map(|number| number as f32).collect();
    let neighbors = op::nearest_neighbors(&rows, width, 5);
    let expected: Vec<Vec<f64>> = golden["neighbors"].as_array().unwrap().iter().map(numbers).collect();
    assert_eq!(neighbors.len(), expected.len());
    for (found, expected) in neighbors.iter().zip(&expected) {
        assert_eq!(found.iter().map(|place| *place as f64).collect::<Vec<_>>(), *expected);
    }
    let (at, place, steps) = (numbers(&golden["at"]), numbers(&golden["place"]), numbers(&golden["steps"]));
    let made = numbers(&golden["made"]);
    let row = |index: usize| &rows[index * width..(index + 1) * width];
    for (index, expected) in made.chunks(width).enumerate() {
        let item = at[index] as usize;
        let mut found = vec![0.0; width];
        op::between(row(item), row(neighbors[item][place[index] as usize]), steps[index] as f32, &mut found);
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
    // In its whole data set each class gets what the largest has more.
    assert_eq!(golden["added"], serde_json::json!({ "0": 12, "2": 23 }));
}

#[test]
fn what_does_not_fit_the_data_is_an_error() {
    let table = Augmented::new(prepared("wine").train());
    let error = table.transform(HorizontalFlip::new(0.5).unwrap()).unwrap_err();
    assert_eq!(error.within("augment.0").to_string(), "augment.0 is for images, and the data are not");
    let cut = MixConfig { cutmix: 1.0, ..MixConfig::default() }.build("mix").unwrap();
    assert!(matches!(
        Augmented::new(prepared("wine").train()).mix(cut),
        Err(AugmentError::Kind { needs: "images", .. })
    ));
    let jitter = RowTransform::Jitter(JitterConfig { sigma: 0.1 });
    assert!(matches!(digits().rows(jitter), Err(AugmentError::Kind { needs: "a table", .. })));
    let smaller = Augmented::new(prepared("digits").train()).transform(crop(6)).unwrap_err();
    assert!(matches!(smaller, AugmentError::Resized { output: [1, 6, 6], .. }), "{smaller}");
    let outside = digits().training_batch(&[0, 100_000], Seed::new(0), &kiln_testkit::device());
    assert!(outside.is_err());
    let bad = RowTransform::SwapNoise(SwapNoiseConfig { p: 2.0 }).check("augment.1").unwrap_err();
    assert!(bad.to_string().starts_with("augment.1.p is 2"));
}

#[test]
fn token_sequences_pass_as_they_are_and_refuse_what_is_for_others() {
    let tokens = Tokens::new(9, (0..30).map(|row| vec![row % 9; row as usize % 4]));
    let labels = (0..30).map(|row| row % 2).collect();
    let target = Target::Classes { labels, names: vec!["a".to_owned(), "b".to_owned()] };
    let data = Dataset::new("made", Features::Tokens(tokens), target);
    let rows = Prepared::new(data, &DataConfig::new("made"), Seed::new(0)).unwrap().train();
    let source = || Augmented::new(rows.clone());
    let needs = |error| match error {
        AugmentError::Kind { needs, .. } => needs,
        other => panic!("{other}"),
    };
    let mix = MixConfig { mixup: 0.4, ..MixConfig::default() }.build("mix").unwrap();
    assert_eq!(needs(source().mix(mix).unwrap_err()), "images, a table or time series");
    assert_eq!(needs(source().transform(crop(8)).unwrap_err()), "images");
    let jitter = RowTransform::Jitter(JitterConfig { sigma: 0.3 });
    assert_eq!(needs(source().rows(jitter).unwrap_err()), "a table");

    let (items, device) = ([3, 0, 7], kiln_testkit::device());
    let trained = source().training_batch(&items, Seed::new(1), &device).unwrap();
    assert_eq!(classes(&trained), classes(&rows.batch(&items, &device).unwrap()));
    assert_eq!(inputs(trained), inputs(rows.batch(&items, &device).unwrap()));
}
