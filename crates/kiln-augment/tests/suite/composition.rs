//! Chains of transforms: fused or one after the other, by chance, one of several; threads; a user's own.

use std::collections::HashSet;

use kiln_augment::op::AffineMap;
use kiln_augment::{
    AffineConfig, AugmentError, Border, Chance, Compose, CropConfig, Fill, HorizontalFlip, Image, ImageBatch,
    Interpolation, OneOf, RandAugmentConfig, ResizedCropConfig, Transform, TransformConfig, VerticalFlip,
    Warp, batch_fn, build_all, transform_fn, transform_samples,
};
use kiln_core::Seed;
use proptest::prelude::*;

/// An image whose pixels are all different from their neighbours.
fn image(shape: [usize; 3], seed: u64) -> Image<u8> {
    let pixels = (0..shape.iter().product::<usize>()).map(|i| Seed::new(seed).bits(i as u64) as u8).collect();
    Image::from_pixels(shape, pixels).unwrap()
}

fn warps(size: [usize; 2]) -> impl Strategy<Value = Vec<Warp>> {
    let border = prop_oneof![
        Just(Border::Reflect),
        Just(Border::Edge),
        Just(Border::default()),
        Just(Border::Constant(Fill::new(&[0.5]).unwrap())),
    ];
    let step = (any::<[bool; 3]>(), -5isize..9, -5isize..9, 1usize..14, 1usize..14, border);
    proptest::collection::vec(step, 1..5).prop_map(move |steps| {
        let mut size = size;
        let warps = steps.into_iter().map(|([flip, x, y], top, left, height, width, border)| {
            let warp = if flip {
                Warp::flip(size, x, y)
            } else {
                Warp::crop(size, top, left, [height, width], border)
            };
            size = warp.output_size(size);
            warp
        });
        warps.collect()
    })
}

proptest! {
    #[test]
    fn flips_and_crops_in_one_are_those_one_after_the_other(warps in warps([9, 7]), seed in any::<u64>()) {
        let mut expected = image([2, 9, 7], seed);
        let mut found = expected.clone();
        let mut together = Some(Warp::identity());
        for warp in &warps {
            warp.apply(&mut expected);
            together = together.and_then(|together| together.then(warp));
        }
        // Two different fills are the one reason not to combine.
        if let Some(together) = together {
            together.apply(&mut found);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_flip_after_a_resized_crop_is_part_of_it(x in any::<bool>(), y in any::<bool>(), size in 1usize..20, seed in any::<u64>()) {
        let resize = Warp::resized_crop(1, 2, [7, 9], [size, 11]);
        let flip = Warp::flip([size, 11], x, y);
        let mut expected = image([3, 12, 13], seed);
        let mut found = expected.clone();
        resize.apply(&mut expected);
        flip.apply(&mut expected);
        resize.then(&flip).unwrap().apply(&mut found);
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn affine_maps_in_one_are_sampled_once() {
    let size = [16, 16];
    let turn =
        |angle| AffineMap { angle, ..AffineMap::default() }.warp(size, Interpolation::Bilinear, Fill::BLACK);
    // Thirty degrees there and back again: sampled twice an image is blurred, sampled once it is as before.
    let mut there_and_back = image([1, 16, 16], 3);
    let original = there_and_back.clone();
    turn(30.0).then(&turn(-30.0)).unwrap().apply(&mut there_and_back);
    assert_eq!(there_and_back, original);
    turn(30.0).apply(&mut there_and_back);
    turn(-30.0).apply(&mut there_and_back);
    assert_ne!(there_and_back, original);
}

#[test]
fn flips_and_crops_become_part_of_an_affine_map() {
    // A quarter turn moves pixels onto pixels, so nothing is lost in any order.
    let size = [8, 8];
    let turn =
        AffineMap { angle: 90.0, ..AffineMap::default() }.warp(size, Interpolation::Nearest, Fill::BLACK);
    for other in [
        Warp::flip(size, true, false),
        Warp::flip(size, true, true),
        Warp::crop(size, 1, 2, [8, 8], Border::default()),
        Warp::crop(size, 1, 2, [4, 5], Border::default()),
    ] {
        for (first, second) in [(&turn, &other), (&other, &turn)] {
            if first.output_size(size) != size {
                continue;
            }
            let mut expected = image([3, 8, 8], 1);
            let mut found = expected.clone();
            first.apply(&mut expected);
            second.apply(&mut expected);
            first.then(second).unwrap().apply(&mut found);
            assert_eq!(found, expected, "{first:?} {second:?}");
        }
    }
    // What the crop would cut off, the turn brings back.
    let cut = Warp::crop(size, 0, 4, [8, 8], Border::default());
    let back = Warp::crop(size, 0, -4, [8, 8], Border::default());
    let mut found = image([1, 8, 8], 2);
    let original = found.clone();
    cut.then(&turn).unwrap().then(&Warp::identity()).unwrap().apply(&mut found);
    assert!(found.pixels().iter().filter(|pixel| **pixel == 0).count() >= 32);
    // Pure copies keep to what a chain of crops shows.
    let mut found = original.clone();
    cut.then(&back).unwrap().apply(&mut found);
    assert_ne!(found, original);
    assert_eq!(Warp::crop(size, -1, 0, [8, 8], Border::Reflect).then(&turn), None);
}

#[test]
fn a_chain_is_its_parts_one_after_the_other() {
    let parts = || -> Vec<Box<dyn Transform>> {
        let crop = || Box::new(CropConfig::square(12, 4).build().unwrap());
        let ramp = transform_fn("ramp", |image: &mut Image<u8>, _| {
            image
                .pixels_mut()
                .iter_mut()
                .enumerate()
                .for_each(|(i, pixel)| *pixel = pixel.wrapping_add(i as u8));
        });
        vec![
            crop(),
            Box::new(HorizontalFlip::new(0.5).unwrap()),
            Box::new(ramp),
            Box::new(VerticalFlip::new(0.5).unwrap()),
            crop(),
            Box::new(HorizontalFlip::new(0.5).unwrap()),
        ]
    };
    let chain = Compose::new(parts());
    for seed in (0..200).map(Seed::new) {
        let mut expected = image([3, 12, 12], 5);
        for (index, part) in parts().iter().enumerate() {
            part.apply(&mut expected, seed.at(index as u64));
        }
        let mut found = image([3, 12, 12], 5);
        chain.apply(&mut found, seed);
        assert_eq!(found, expected);
    }
}

#[test]
fn a_transform_at_the_end_changes_nothing_before_it() {
    let list =
        |text: &str| build_all::<u8>(&serde_json::from_str::<Vec<TransformConfig>>(text).unwrap(), "augment");
    let short = r#"{ "kind": "color-jitter", "brightness": 0.4, "hue": 0.1 }, { "kind": "crop", "size": [9, 9] },
                   { "kind": "one-of", "transforms": [{ "kind": "invert" }, { "kind": "gaussian-noise" }] }"#;
    let short_list = Compose::new(list(&format!("[{short}]")).unwrap());
    // A transform that does nothing, but draws.
    let long =
        Compose::new(list(&format!(r#"[{short}, {{ "kind": "brightness", "factor": [1, 1] }}]"#)).unwrap());
    for seed in (0..50).map(Seed::new) {
        let (mut first, mut second) = (image([3, 12, 12], 8), image([3, 12, 12], 8));
        short_list.apply(&mut first, seed);
        long.apply(&mut second, seed);
        assert_eq!(first, second);
    }
}

#[test]
fn chances_and_choices_have_their_frequencies() {
    let n = 10_000;
    let marker = |value: u8| {
        let mark = move |image: &mut Image<u8>, _: Seed| image.pixels_mut().fill(value);
        Box::new(transform_fn("mark", mark)) as Box<dyn Transform>
    };
    let count = |transform: &dyn Transform, value: u8| {
        let marked = |seed: &u64| {
            let mut image = Image::new([1, 1, 1]);
            transform.apply(&mut image, Seed::new(*seed));
            image.pixels()[0] == value
        };
        (0..n).filter(marked).count() as f64
    };
    let within = |found: f64, p: f64| (found - n as f64 * p).abs() < 3.0 * (n as f64 * p * (1.0 - p)).sqrt();
    for p in [0.1, 0.5, 0.85] {
        assert!(within(count(&Chance::new(p, marker(1)).unwrap(), 1), p));
    }
    assert_eq!(count(&Chance::new(0.0, marker(1)).unwrap(), 1), 0.0);
    assert_eq!(count(&Chance::new(1.0, marker(1)).unwrap(), 1), n as f64);
    let even = OneOf::new(vec![marker(1), marker(2), marker(3)]).unwrap();
    assert!((1..=3).all(|value| within(count(&even, value), 1.0 / 3.0)));
    let uneven = OneOf::weighted(vec![(3.0, marker(1)), (1.0, marker(2))]).unwrap();
    assert!(within(count(&uneven, 1), 0.75));
}

#[test]
fn batches_are_the_same_for_any_number_of_threads() {
    let transform = Compose::new(vec![
        Box::new(CropConfig::square(32, 4).build().unwrap()),
        Box::new(HorizontalFlip::new(0.5).unwrap()),
        Box::new(RandAugmentConfig::default().build().unwrap()),
        Box::new(AffineConfig { degrees: [-15.0, 15.0], ..AffineConfig::default() }.build().unwrap()),
    ]);
    let samples: Vec<Image<u8>> = (0..97).map(|index| image([3, 32, 32], index)).collect();
    let seeds: Vec<Seed> = (0..97).map(|index| Seed::new(4).at(index)).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut target = vec![0u8; samples.len() * 3 * 32 * 32];
        pool.install(|| {
            let sample = |index: usize| samples[index].pixels();
            transform_samples(&transform, [3, 32, 32], sample, &seeds, &mut target, |image, target| {
                target.copy_from_slice(image.pixels());
            })
        })
        .unwrap();
        target
    };
    let one = run(1);
    for (index, (sample, seed)) in samples.iter().zip(&seeds).enumerate() {
        let mut alone = sample.clone();
        transform.apply(&mut alone, *seed);
        assert_eq!(alone.pixels(), &one[index * 3072..][..3072], "sample {index} depends on its neighbours");
    }
    assert!(one == run(2) && one == run(8));
    let different: HashSet<&[u8]> = one.chunks(3072).collect();
    assert_eq!(different.len(), samples.len());
}

#[test]
fn batches_may_change_their_shape() {
    let mut batch = ImageBatch::default();
    let samples: Vec<Image<u8>> = (0..5).map(|index| image([3, 20, 30], index)).collect();
    batch.load([3, 20, 30], samples.iter().map(Image::pixels)).unwrap();
    let seeds: Vec<Seed> = (0..5).map(Seed::new).collect();
    let transform = ResizedCropConfig::square(8).build().unwrap();
    transform.apply_batch(&mut batch, &seeds).unwrap();
    assert_eq!((batch.len(), batch.image_shape()), (5, [3, 8, 8]));
    for (index, found) in batch.samples().enumerate() {
        let mut alone = samples[index].clone();
        transform.apply(&mut alone, seeds[index]);
        assert_eq!(found, alone.pixels());
    }
    assert_eq!(
        transform.apply_batch(&mut batch, &seeds[1..]),
        Err(AugmentError::Seeds { samples: 5, seeds: 4 })
    );
}

#[test]
fn a_users_function_of_a_batch_is_a_transform_like_others() {
    let reverse = batch_fn("shift by seed", |batch: &mut ImageBatch<u8>, seeds: &[Seed]| {
        let size = batch.image_shape().iter().product();
        for (image, seed) in batch.pixels_mut().chunks_exact_mut(size).zip(seeds) {
            image.rotate_left((seed.bits(0) % size as u64) as usize);
        }
    });
    let samples: Vec<Image<u8>> = (0..6).map(|index| image([1, 5, 5], index)).collect();
    let seeds: Vec<Seed> = (10..16).map(Seed::new).collect();
    let mut batch = ImageBatch::default();
    batch.load([1, 5, 5], samples.iter().map(Image::pixels)).unwrap();
    reverse.apply_batch(&mut batch, &seeds).unwrap();
    for (index, found) in batch.samples().enumerate() {
        let mut alone = samples[index].clone();
        reverse.apply(&mut alone, seeds[index]);
        assert_eq!(found, alone.pixels());
    }
}
