//! Augmentation of batches of 128 noisy images, as in `bench/augment.rs`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kiln_augment::{
    AffineConfig, Compose, CropConfig, Factor, Finish, HorizontalFlip, RandAugmentConfig, ResizedCropConfig,
    Transform, transform_samples,
};
use kiln_core::{Purpose, Seed};

const BATCH: usize = 128;

/// One batch after another through `transforms`, then to normalised floats if `colours`, else to 8-bit pixels.
fn bench(
    criterion: &mut Criterion,
    name: &str,
    shape: [usize; 3],
    transforms: Vec<Box<dyn Transform>>,
    colours: bool,
) {
    let transform = Compose::new(transforms);
    let finish = Finish::normalize::<u8>(&[0.485, 0.456, 0.406], &[0.229, 0.224, 0.225]).unwrap();
    let size: usize = shape.iter().product();
    let noise = Seed::new(0).purpose(Purpose::Noise);
    let images: Vec<u8> = (0..BATCH * size).map(|i| noise.bits(i as u64 / 3) as u8).collect();
    let out = BATCH * transform.output_shape(shape).unwrap().iter().product::<usize>();
    let (mut bytes, mut numbers) = (vec![0u8; out], vec![0f32; out]);
    let sample = |index: usize| &images[index * size..(index + 1) * size];
    let mut batch = 0;
    let mut group = criterion.benchmark_group("augment");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let epoch = Seed::new(1).purpose(Purpose::Augment).at(batch);
            batch += 1;
            let seeds: Vec<Seed> = (0..BATCH as u64).map(|index| epoch.at(index)).collect();
            if colours {
                transform_samples(&transform, shape, sample, &seeds, &mut numbers, |image, target| {
                    finish.write(image, target);
                })
                .unwrap();
                black_box(&numbers);
            } else {
                transform_samples(&transform, shape, sample, &seeds, &mut bytes, |image, target| {
                    target.copy_from_slice(image.pixels());
                })
                .unwrap();
                black_box(&bytes);
            }
        });
    });
    group.finish();
}

fn augment(criterion: &mut Criterion) {
    let flip = || Box::new(HorizontalFlip::new(0.5).unwrap());
    let crop = CropConfig::square(32, 4).build().unwrap();
    bench(criterion, "pad, crop, flip, normalise 32", [3, 32, 32], vec![Box::new(crop), flip()], true);
    let crop = ResizedCropConfig::square(224).build().unwrap();
    bench(criterion, "resized crop, flip, normalise 224", [3, 256, 320], vec![Box::new(crop), flip()], true);
    let policy = RandAugmentConfig::default().build().unwrap();
    bench(criterion, "RandAugment(2, 9) 32", [3, 32, 32], vec![Box::new(policy)], false);
    let affine = AffineConfig {
        degrees: [-15.0, 15.0],
        translate: [0.1, 0.1],
        scale: Factor([0.9, 1.1]),
        shear_x: [-5.0, 5.0],
        ..AffineConfig::default()
    };
    bench(criterion, "affine 28", [1, 28, 28], vec![Box::new(affine.build().unwrap())], false);
}

criterion_group!(benches, augment);
criterion_main!(benches);
