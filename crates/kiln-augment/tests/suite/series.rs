//! Time series that are changed in training.

use std::sync::Arc;

use kiln_augment::{
    AugmentConfig, Augmented, MixConfig, SeriesJitterConfig, SeriesScalingConfig, SeriesTransform,
    TimeWarpConfig, WindowSliceConfig,
};
use kiln_core::{Explain, Seed};
use kiln_data::{Batch, Dataset, Features, Preprocess, Rows, Series, Source, Split, Target, Targets};

const ITEMS: usize = 50;

/// Series of two channels, `steps(item)` long.
fn rows(steps: impl Fn(usize) -> usize) -> Rows {
    let item = |item: usize| -> Vec<f64> {
        (0..steps(item)).flat_map(|step| [(step + item) as f64, 100.0 - (step * item) as f64]).collect()
    };
    let series = Series::new(["x", "y"], (0..ITEMS).map(item));
    let labels = (0..ITEMS as u32).map(|item| item % 2).collect();
    let target = Target::Classes { labels, names: vec!["a".into(), "b".into()] };
    let data = Arc::new(Dataset::new("made", Features::Series(series), target));
    let split = Split {
        train: (0..40).collect(),
        validation: vec![],
        calibration: vec![],
        test: (40..ITEMS).collect(),
    };
    let preprocess = Preprocess { standardize: true, ..Preprocess::default() };
    let fitted = preprocess.fit(&split.train_view(&data)).unwrap();
    Rows::training(data, &split, Arc::new(fitted))
}

/// The numbers of each item without the padding, channel by channel.
fn numbers(batch: Batch) -> Vec<Vec<f32>> {
    let batch = batch.inputs.into_series().unwrap();
    let [_, channels, longest] = batch.values.dims();
    let all: Vec<f32> = batch.values.into_data().iter().collect();
    let item = |(item, length): (&[f32], usize)| -> Vec<f32> {
        item.chunks(longest).flat_map(|channel| channel[..length].to_vec()).collect()
    };
    all.chunks(channels * longest).zip(batch.lengths).map(item).collect()
}

fn trained(transform: impl Into<SeriesTransform>, items: &[usize], epoch: u64) -> Vec<Vec<f32>> {
    let source = Augmented::new(rows(|item| 5 + item % 7)).series(transform).unwrap();
    numbers(source.training_batch(items, Seed::new(epoch), &Default::default()).unwrap())
}

fn every_kind() -> [SeriesTransform; 4] {
    [
        SeriesJitterConfig { sigma: 0.5 }.into(),
        SeriesScalingConfig { sigma: 0.5 }.into(),
        TimeWarpConfig { sigma: 0.5, knots: 2 }.into(),
        WindowSliceConfig { share: 0.5 }.into(),
    ]
}

#[test]
fn an_item_is_changed_by_its_own_seed_alone() {
    let items: Vec<usize> = (0..40).collect();
    let plain = numbers(rows(|item| 5 + item % 7).batch(&items, &Default::default()).unwrap());
    for kind in every_kind() {
        let whole = trained(kind.clone(), &items, 1);
        assert_eq!(trained(kind.clone(), &[7, 3], 1), [whole[7].clone(), whole[3].clone()], "{kind:?}");
        assert_ne!(trained(kind.clone(), &items, 2), whole);
        assert!(whole.iter().zip(&plain).all(|(a, b)| a.len() == b.len() && a != b), "{kind:?}");
        // What is judged comes as it is.
        let source = Augmented::new(rows(|item| 5 + item % 7)).series(kind).unwrap();
        assert_eq!(numbers(source.batch(&items, &Default::default()).unwrap()), plain);
        assert_ne!(source.fingerprint(), Augmented::new(rows(|item| 5 + item % 7)).fingerprint());
    }
}

#[test]
fn noise_and_factors_have_their_deviations() {
    let items: Vec<usize> = (0..40).collect();
    let plain = numbers(rows(|item| 5 + item % 7).batch(&items, &Default::default()).unwrap()).concat();
    let noisy = trained(SeriesJitterConfig { sigma: 0.5 }, &items, 1).concat();
    let square: f64 =
        noisy.iter().zip(&plain).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / plain.len() as f64;
    // The variance of 600 numbers is within five standard errors.
    assert!((square - 0.25).abs() < 5.0 * 0.25 * (2.0 / plain.len() as f64).sqrt(), "{square}");
    for (scaled, whole) in trained(SeriesScalingConfig { sigma: 0.5 }, &items, 1)
        .iter()
        .zip(numbers(rows(|item| 5 + item % 7).batch(&items, &Default::default()).unwrap()))
    {
        let half = whole.len() / 2;
        for channel in [0..half, half..whole.len()] {
            let factor = scaled[channel.start] / whole[channel.start];
            let near = scaled[channel.clone()]
                .iter()
                .zip(&whole[channel])
                .all(|(a, b)| (a - factor * b).abs() < 1e-4);
            assert!(near, "one factor for a channel");
        }
    }
}

#[test]
fn series_of_one_length_are_mixed_with_their_targets() {
    let mix = MixConfig { mixup: 1.0, ..MixConfig::default() }.build("mix").unwrap();
    let items: Vec<usize> = (0..8).collect();
    let plain = numbers(rows(|_| 6).batch(&items, &Default::default()).unwrap());
    let source = Augmented::new(rows(|_| 6)).mix(mix.clone()).unwrap();
    let batch = source.training_batch(&items, Seed::new(3), &Default::default()).unwrap();
    let Targets::Values(shares) = batch.targets.clone() else { panic!("shares of classes") };
    let shares: Vec<f32> = shares.into_data().iter().collect();
    // Item 1 is of the second class, and item 0, which it meets, of the first.
    let lambda = shares[3];
    assert!(lambda > 0.0 && lambda < 1.0 && (shares[2] + lambda - 1.0).abs() < 1e-6);
    let found = &numbers(batch)[1];
    let expected = plain[1].iter().zip(&plain[0]).map(|(own, other)| lambda * own + (1.0 - lambda) * other);
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5));
    let error = Augmented::new(rows(|item| 5 + item % 2)).mix(mix).unwrap_err();
    assert_eq!(error.to_string(), "mix is for time series of one length, and the data are not");
}

#[test]
fn wrong_settings_are_named() {
    let config: AugmentConfig =
        serde_json::from_str(r#"{ "series": [{ "kind": "jitter" }, { "kind": "scaling", "sigma": -1 }] }"#)
            .unwrap();
    assert_eq!(config.check().unwrap_err().key().as_deref(), Some("augment.series.1.sigma"));
    let config: AugmentConfig = serde_json::from_str(r#"{ "series": [{ "kind": "time-warp" }] }"#).unwrap();
    let digits = kiln_data::DataConfig::new("iris");
    let digits = kiln_data::Prepared::load(&digits, Seed::new(0)).unwrap();
    let error = config.rows(digits.train(), None).unwrap_err();
    assert_eq!(error.to_string(), "augment.series.0 is for time series, and the data are not");
    for wrong in [r#"{"kind":"window-slice","share":0}"#, r#"{"kind":"time-warp","knots":0}"#] {
        let wrong: SeriesTransform = serde_json::from_str(wrong).unwrap();
        assert!(wrong.check("augment.series.0").is_err());
    }
}
