//! What is drawn has the distribution that is documented.

use kiln_augment::op::AffineMap;
use kiln_augment::{
    AffineConfig, AugMixConfig, CropConfig, CutoutConfig, EraseConfig, Factor, HorizontalFlip, Image,
    NoiseConfig, PerspectiveConfig, ResizedCropConfig, Transform, VerticalFlip,
};
use kiln_core::Seed;

const N: usize = 10_000;

fn seeds() -> impl Iterator<Item = Seed> {
    (0..N as u64).map(|sample| Seed::new(6).at(sample))
}

/// The p-value of the Kolmogorov–Smirnov test that numbers are uniform in a range.
fn uniform_p(numbers: impl IntoIterator<Item = f64>, [low, high]: [f64; 2]) -> f64 {
    let mut shares: Vec<f64> = numbers.into_iter().map(|number| (number - low) / (high - low)).collect();
    shares.sort_by(f64::total_cmp);
    assert!(
        shares[0] >= 0.0 && shares[shares.len() - 1] <= 1.0,
        "{} to {}",
        shares[0],
        shares[shares.len() - 1]
    );
    let n = shares.len() as f64;
    let steps = shares.iter().enumerate();
    let distance =
        steps.map(|(i, share)| (share - i as f64 / n).max((i + 1) as f64 / n - share)).fold(0.0, f64::max);
    // Kolmogorov's series, with Stephens' correction for finite n.
    let x = distance * (n.sqrt() + 0.12 + 0.11 / n.sqrt());
    if x < 0.2 {
        return 1.0; // to ten digits; the series does not converge there
    }
    let term = |k: i32| 2.0 * (-1.0_f64).powi(k - 1) * (-2.0 * f64::from(k * k) * x * x).exp();
    (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// Whether whole numbers are uniform: every one within five standard deviations of its expected count, all present.
fn assert_even(counts: &[usize], what: &str) {
    let n: usize = counts.iter().sum();
    let p = 1.0 / counts.len() as f64;
    let (mean, deviation) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
    assert!(counts.iter().all(|count| (*count as f64 - mean).abs() < 5.0 * deviation), "{what}: {counts:?}");
}

#[test]
fn the_test_of_uniformity_can_fail() {
    let even = (0..N).map(|i| (i as f64 + 0.5) / N as f64);
    assert!(uniform_p(even.clone(), [0.0, 1.0]) > 0.999);
    assert!(uniform_p(even.map(|share| share.powf(1.1)), [0.0, 1.0]) < 0.001);
}

#[test]
fn flips_happen_as_often_as_they_shall() {
    for p in [0.2, 0.5, 0.9] {
        let transforms: [Box<dyn Transform>; 2] =
            [Box::new(HorizontalFlip::new(p).unwrap()), Box::new(VerticalFlip::new(p).unwrap())];
        for transform in transforms {
            let flipped = seeds().filter(|seed| {
                let mut image = Image::from_pixels([1, 2, 2], vec![1, 2, 3, 4]).unwrap();
                transform.apply(&mut image, *seed);
                image.pixels()[0] != 1
            });
            let (count, mean) = (flipped.count() as f64, N as f64 * p);
            assert!((count - mean).abs() < 3.0 * (mean * (1.0 - p)).sqrt(), "{transform:?}: {count} of {N}");
        }
    }
}

#[test]
fn affine_maps_are_uniform_in_every_setting() {
    let config = AffineConfig {
        degrees: [-30.0, 10.0],
        translate: [0.25, 0.5],
        scale: Factor([0.8, 1.5]),
        shear_x: [-5.0, 5.0],
        shear_y: [0.0, 20.0],
        ..AffineConfig::default()
    };
    let transform = config.build().unwrap();
    let maps: Vec<AffineMap> = seeds().map(|seed| transform.map([200, 4000], seed)).collect();
    let p = |number: fn(&AffineMap) -> f64, range| uniform_p(maps.iter().map(number), range);
    assert!(p(|map| map.angle, [-30.0, 10.0]) > 0.001);
    assert!(p(|map| map.scale, [0.8, 1.5]) > 0.001);
    assert!(p(|map| map.shear[0], [-5.0, 5.0]) > 0.001);
    assert!(p(|map| map.shear[1], [0.0, 20.0]) > 0.001);
    // Rounded to whole pixels, of which there are 2,001.
    assert!(p(|map| map.translate[0], [-1000.0, 1000.0]) > 0.001);
    let down = |map: &AffineMap| map.translate[1];
    assert!(maps.iter().all(|map| down(map).abs() <= 100.0 && down(map).fract() == 0.0));
    // One draw does not tell another.
    let mean = maps.iter().map(|map| (map.angle + 10.0) * (map.scale - 1.15)).sum::<f64>() / N as f64;
    let deviation = (40.0 * 0.7) / 12.0 / (N as f64).sqrt();
    assert!(mean.abs() < 4.0 * deviation, "{mean}");
}

#[test]
fn crops_are_at_every_place_as_often() {
    let crop = CropConfig::square(4, 1).build().unwrap();
    // Every pixel says where it is; the crop's second row and column are never in the padding above and to the left.
    let pixels: Vec<u8> = (0..48).collect();
    let mut counts = vec![0; 5 * 7];
    for seed in seeds() {
        let mut image = Image::from_pixels([1, 6, 8], pixels.clone()).unwrap();
        crop.apply(&mut image, seed);
        let place = usize::from(image.pixels()[5]);
        counts[place / 8 * 7 + place % 8] += 1;
    }
    assert_even(&counts, "places");
}

#[test]
fn boxes_are_uniform_in_area_ratio_and_place() {
    let transform = ResizedCropConfig { scale: [0.1, 0.4], ..ResizedCropConfig::square(8) }.build().unwrap();
    let size = [3000, 4000];
    let windows: Vec<[f64; 4]> =
        seeds().map(|seed| transform.window(size, seed).map(|number| number as f64)).collect();
    let area = |[_, _, height, width]: &[f64; 4]| height * width / 12e6;
    assert!(uniform_p(windows.iter().map(area), [0.0999, 0.4001]) > 0.001);
    let ratio = |[_, _, height, width]: &[f64; 4]| (width / height).ln();
    let end = (4.0_f64 / 3.0).ln() + 1e-3;
    assert!(uniform_p(windows.iter().map(ratio), [-end, end]) > 0.001);
    // Where the room that is left is used evenly.
    let places = windows.iter().map(|[top, _, height, _]| top / (3000.0 - height));
    assert!(uniform_p(places, [0.0, 1.0]) > 0.001);
    let places = windows.iter().map(|[_, left, _, width]| left / (4000.0 - width));
    assert!(uniform_p(places, [0.0, 1.0]) > 0.001);
}

#[test]
fn a_box_that_cannot_fit_is_the_middle_of_the_image() {
    let transform = ResizedCropConfig { scale: [1.0, 1.0], ..ResizedCropConfig::square(8) }.build().unwrap();
    for seed in seeds().take(20) {
        assert_eq!(transform.window([100, 1000], seed), [0, 433, 100, 133]);
        assert_eq!(transform.window([1000, 100], seed), [433, 0, 133, 100]);
    }
}

#[test]
fn erased_rectangles_are_uniform_in_area_and_ratio() {
    let config = EraseConfig { p: 0.25, scale: [0.05, 0.2], ratio: [0.5, 2.0], ..EraseConfig::default() };
    let transform = config.build().unwrap();
    let windows: Vec<[usize; 4]> = seeds().filter_map(|seed| transform.window([4000, 4000], seed)).collect();
    let (count, mean) = (windows.len() as f64, N as f64 * 0.25);
    assert!((count - mean).abs() < 3.0 * (mean * 0.75).sqrt(), "{count}");
    let area = |window: &[usize; 4]| (window[2] * window[3]) as f64 / 16e6;
    assert!(uniform_p(windows.iter().map(area), [0.0499, 0.2001]) > 0.001);
    let ratio = |window: &[usize; 4]| (window[2] as f64 / window[3] as f64).ln();
    let end = 2.0_f64.ln() + 1e-3;
    assert!(uniform_p(windows.iter().map(ratio), [-end, end]) > 0.001);
    assert!(windows.iter().all(|[top, left, height, width]| top + height <= 4000 && left + width <= 4000));
}

#[test]
fn cutout_has_its_middle_on_every_pixel_as_often() {
    let cutout = CutoutConfig { size: 3, count: 1, fill: None }.build().unwrap();
    let mut counts = vec![0; 25];
    for seed in seeds() {
        let mut image = Image::from_pixels([1, 5, 5], vec![255u8; 25]).unwrap();
        cutout.apply(&mut image, seed);
        let black: Vec<usize> = (0..25).filter(|place| image.pixels()[*place] == 0).collect();
        let span = |part: fn(&usize) -> usize| {
            let (low, high) = (black.iter().map(part).min().unwrap(), black.iter().map(part).max().unwrap());
            // Cut off at an edge, a square of two rows has its middle on the edge.
            if low == 0 && high == 1 {
                0
            } else if high == 4 && low == 3 {
                4
            } else {
                (low + high) / 2
            }
        };
        counts[span(|place| place / 5) * 5 + span(|place| place % 5)] += 1;
    }
    assert_even(&counts, "middles");
}

#[test]
fn corners_of_a_perspective_are_uniform() {
    let transform = PerspectiveConfig { distortion: 0.5, ..PerspectiveConfig::default() }.build().unwrap();
    let corners: Vec<_> = seeds().map(|seed| transform.corners([8000, 12000], seed)).collect();
    for corner in 0..4 {
        let inwards = |axis: usize, last: f64| {
            let place = corners.iter().map(move |corners| corners[corner][axis]);
            place.map(move |place| place.min(last - place)).collect::<Vec<f64>>()
        };
        assert!(uniform_p(inwards(0, 11999.0), [0.0, 3000.0]) > 0.001);
        assert!(uniform_p(inwards(1, 7999.0), [0.0, 2000.0]) > 0.001);
    }
}

#[test]
fn noise_is_normal() {
    let noise = NoiseConfig { mean: 0.0, sigma: 0.1 }.build().unwrap();
    let mut image = Image::from_pixels([1, 100, 100], vec![0.5f32; N]).unwrap();
    noise.apply(&mut image, Seed::new(9));
    let numbers: Vec<f64> = image.pixels().iter().map(|pixel| (f64::from(*pixel) - 0.5) / 0.1).collect();
    let moment = |power: i32| numbers.iter().map(|number| number.powi(power)).sum::<f64>() / N as f64;
    // Within four standard errors: of the mean, the variance, the third and (cut off at ±5) the fourth moment.
    for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
        assert!(
            (moment(power) - expected).abs() < 4.0 * (variance / N as f64).sqrt(),
            "moment {power}: {}",
            moment(power)
        );
    }
}

#[test]
fn shares_of_aug_mix_are_beta_and_dirichlet() {
    for alpha in [0.5, 1.0, 3.0] {
        let transform = AugMixConfig { alpha, ..AugMixConfig::default() }.build().unwrap();
        let shares: Vec<Vec<f64>> = seeds().map(|seed| transform.shares(seed)).collect();
        assert!(shares.iter().all(|shares| (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12));
        if alpha == 1.0 {
            assert!(uniform_p(shares.iter().map(|shares| shares[0]), [0.0, 1.0]) > 0.001);
        }
        // Mean and variance of Beta(α, α), and of the first of Dirichlet(α, α, α), which is Beta(α, 2α).
        let check = |part: fn(&Vec<f64>) -> f64, a: f64, b: f64| {
            let numbers: Vec<f64> = shares.iter().map(part).collect();
            let mean = numbers.iter().sum::<f64>() / N as f64;
            let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / N as f64;
            let expected = a * b / ((a + b).powi(2) * (a + b + 1.0));
            assert!((mean - a / (a + b)).abs() < 4.0 * (expected / N as f64).sqrt(), "{mean}");
            assert!((variance / expected - 1.0).abs() < 0.06, "{variance} instead of {expected}");
        };
        check(|shares| shares[0], alpha, alpha);
        check(|shares| shares[1] / (1.0 - shares[0]), alpha, 2.0 * alpha);
    }
}
