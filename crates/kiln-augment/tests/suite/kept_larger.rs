//! Images that are kept larger than the model sees them: training crops come from all of an image, what is judged is the middle.

use std::sync::Arc;

use kiln_augment::{
    AugmentConfig, AugmentError, Augmented, CropConfig, HorizontalFlip, MixConfig, ResizedCropConfig,
};
use kiln_core::{Purpose, Seed};
use kiln_data::{
    Batch, DataConfig, Dataset, Features, ImageSize, Images, Loader, Prepared, Preprocess, Rows, Source,
    Split, Target,
};

/// Four images of 9 x 7, of which the model sees 4 x 5; a pixel tells its place.
fn rows() -> Rows {
    let pixels = (0..4u8).flat_map(|image| (0..63).map(move |place| place + 64 * image)).collect();
    let target = Target::Classes { labels: vec![0, 1, 0, 1], names: vec!["a".into(), "b".into()] };
    let data = Dataset::new("made", Features::Images(Images::new(pixels, [1, 9, 7])), target);
    let config = DataConfig {
        size: Some(ImageSize::Sides([9, 7])),
        crop: Some(ImageSize::Sides([4, 5])),
        standardize: false,
        ..DataConfig::new("images")
    };
    let split = Split { train: vec![0, 1, 2, 3], ..Split::default() };
    Prepared::of_split(&Arc::new(data), split, &Preprocess::from(&config)).unwrap().train()
}

/// The bytes of every item in an epoch of training.
fn items(source: impl Source<Batch> + 'static, epoch: u64) -> Vec<Vec<u8>> {
    let loader = Loader::new(source, 4).unwrap().augmented(Seed::new(3).purpose(Purpose::Augment));
    let batch = loader.epoch(epoch, &kiln_testkit::device()).next().unwrap().unwrap().data;
    let numbers: Vec<f32> = batch.inputs.flat().into_data().iter().collect();
    numbers
        .chunks(20)
        .map(|item| item.iter().map(|number| (number * 255.0).round() as u8).collect())
        .collect()
}

/// The window of `height` x `width` at a row and a column of the first image.
fn window(top: u8, left: u8) -> Vec<u8> {
    (0..4).flat_map(|y| (0..5).map(move |x| 7 * (top + y) + left + x)).collect()
}

#[test]
fn a_random_crop_comes_from_all_of_the_image() {
    let crop = CropConfig { size: [4, 5], ..CropConfig::square(4, 0) }.build().unwrap();
    let mut tops = std::collections::BTreeSet::new();
    for epoch in 0..100 {
        let source = Augmented::new(rows()).transform(crop).unwrap();
        let first = items(source, epoch).remove(0);
        let (top, left) = (first[0] / 7, first[0] % 7);
        assert_eq!(first, window(top, left));
        tops.insert(top);
    }
    assert_eq!(tops.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let resized = ResizedCropConfig { size: [4, 5], ..ResizedCropConfig::square(4) }.build().unwrap();
    assert_eq!(items(Augmented::new(rows()).transform(resized).unwrap(), 0).len(), 4);
}

#[test]
fn without_a_crop_training_sees_the_middle_as_evaluation_does() {
    // (9 - 4) / 2 and (7 - 5) / 2, halves to even.
    let middle = window(2, 1);
    let judged = rows().batch(&[0], &kiln_testkit::device()).unwrap();
    let judged: Vec<f32> = judged.inputs.flat().into_data().iter().collect();
    assert_eq!(judged.iter().map(|number| (number * 255.0).round() as u8).collect::<Vec<_>>(), middle);
    let never = HorizontalFlip::new(0.0).unwrap();
    assert_eq!(items(Augmented::new(rows()).transform(never).unwrap(), 0)[0], middle);
    // Every image is mixed with itself.
    let mix = MixConfig { mixup: 0.4, ..MixConfig::default() };
    let mixed = AugmentConfig::default().rows(rows(), Some(&mix)).unwrap();
    assert_eq!(items(mixed, 0)[0].len(), middle.len());
    // A flip of all of the image, then the middle.
    let always = HorizontalFlip::new(1.0).unwrap();
    let flipped = items(Augmented::new(rows()).transform(always).unwrap(), 0).remove(0);
    let expected: Vec<u8> = middle.chunks(5).flat_map(|row| row.iter().rev().copied()).collect();
    assert_eq!(flipped, expected);
}

#[test]
fn transforms_may_end_in_no_other_size() {
    let square = |size| CropConfig::square(size, 0).build().unwrap();
    let error = Augmented::new(rows()).transform(square(5)).unwrap_err();
    assert!(matches!(error, AugmentError::Resized { input: [1, 9, 7], output: [1, 5, 5], .. }), "{error}");
    let wide = CropConfig { size: [4, 5], ..CropConfig::square(4, 0) }.build().unwrap();
    let cropped = Augmented::new(rows()).transform(wide).unwrap();
    assert!(cropped.transform(square(4)).is_err(), "it is of the model's size already");
}
