//! The relatives of dropout: masks, moments, gradients, PyTorch's formulas.

use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::Seed;
use kiln_models::{AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout, StochasticDepth};
use kiln_testkit::{device, gradient_check};

fn tensor<const D: usize>(numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers, shape), (&device(), DType::F32))
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn moments(numbers: &[f32]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    (mean, numbers.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / n)
}

#[test]
fn channels_and_items_are_dropped_as_a_whole_with_the_mask_of_dropout() {
    let p = 0.4;
    let (items, channels, pixels) = (30, 20, 6);
    let mask = numbers(
        Dropout::new("p", p).unwrap().forward(tensor(vec![1.0; 600], [items, channels]), Some(Seed::new(3))),
    );
    let maps = tensor(vec![2.0; 3600], [items, channels, 2, 3]);
    let spatial = numbers(SpatialDropout::new("p", p).unwrap().forward(maps, Some(Seed::new(3))));
    for (map, factor) in spatial.chunks(pixels).zip(&mask) {
        assert!(map.iter().all(|pixel| *pixel == 2.0 * factor));
    }
    let depth = StochasticDepth::new("p", p).unwrap();
    let rows = numbers(depth.forward(tensor(vec![2.0; 600], [items, channels]), Some(Seed::new(3))));
    for (row, factor) in rows.chunks(channels).zip(&mask) {
        assert!(row.iter().all(|cell| *cell == 2.0 * factor));
    }
}

#[test]
fn the_linear_rule_grows_with_depth() {
    // With 3 blocks and 0.6: 0.2, 0.4, 0.6 of the items.
    for (block, share) in [(0, 0.2), (1, 0.4), (2, 0.6)] {
        let depth = StochasticDepth::linear("p", 0.6, block, 3).unwrap();
        let n = 100_000;
        let y = numbers(depth.forward(tensor(vec![1.0; n], [n, 1]), Some(Seed::new(block as u64))));
        let dropped = y.iter().filter(|x| **x == 0.0).count() as f64 / n as f64;
        assert!((dropped - share).abs() < 0.008, "{dropped}");
        assert!((moments(&y).0 - 1.0).abs() < 0.02);
    }
}

#[test]
fn alpha_dropout_is_that_of_pytorch() {
    // torch.nn.functional: a = 1 / sqrt((alpha² p + 1)(1 − p)), b = −a alpha p, a (x mask + alpha (1 − mask)) + b.
    let (alpha, p) = (-1.758_099_340_847_376_6_f64, 0.25_f64);
    let a = 1.0 / ((alpha * alpha * p + 1.0) * (1.0 - p)).sqrt();
    let x: Vec<f32> = (0..300u16).map(|i| f32::from(i) / 50.0 - 3.0).collect();
    let seed = Seed::new(8);
    let mask = numbers(Dropout::new("p", p).unwrap().forward(tensor(vec![1.0; 300], [300]), Some(seed)));
    let y = numbers(AlphaDropout::new("p", p).unwrap().forward(tensor(x.clone(), [300]), Some(seed)));
    for ((x, y), mask) in x.iter().zip(&y).zip(&mask) {
        let inner = if *mask > 0.0 { f64::from(*x) } else { alpha };
        assert!((f64::from(*y) - (a * inner - a * alpha * p)).abs() < 1e-5);
    }
    // What has mean 0 and variance 1 keeps both.
    let n = 400_000;
    let normal: Vec<f32> = (0..n).map(|i| Seed::new(1).normal(i) as f32).collect();
    let y = numbers(AlphaDropout::new("p", 0.5).unwrap().forward(tensor(normal, [n as usize]), Some(seed)));
    let (mean, variance) = moments(&y);
    assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.01, "{mean} {variance}");
}

#[test]
fn gaussian_noise_has_the_deviation_asked_for() {
    let n = 200_000;
    let y = numbers(
        GaussianDropout::new("p", 0.3).unwrap().forward(tensor(vec![2.0; n], [n]), Some(Seed::new(1))),
    );
    let (mean, variance) = moments(&y);
    assert!((mean - 2.0).abs() < 0.02 && (variance / 4.0 - 0.3 / 0.7).abs() < 0.01, "{mean} {variance}");
    let y =
        numbers(GaussianNoise::new("s", 0.5).unwrap().forward(tensor(vec![2.0; n], [n]), Some(Seed::new(1))));
    let (mean, variance) = moments(&y);
    assert!((mean - 2.0).abs() < 0.01 && (variance - 0.25).abs() < 0.005, "{mean} {variance}");
    // Element i is the i-th number of the seed.
    assert!((f64::from(y[7]) - 2.0 - 0.5 * Seed::new(1).normal(7)).abs() < 1e-6);
}

#[test]
fn without_a_seed_nothing_changes() {
    let x = || tensor(vec![1.5, -2.0, 0.0, 3.25], [2, 2]);
    let same = |y: Tensor<2>| assert_eq!(numbers(y), numbers(x()));
    same(SpatialDropout::new("p", 0.5).unwrap().forward(x(), None));
    same(AlphaDropout::new("p", 0.5).unwrap().forward(x(), None));
    same(GaussianDropout::new("p", 0.5).unwrap().forward(x(), None));
    same(GaussianNoise::new("p", 0.5).unwrap().forward(x(), None));
    same(StochasticDepth::new("p", 0.5).unwrap().forward(x(), None));
    same(AlphaDropout::new("p", 0.0).unwrap().forward(x(), Some(Seed::new(1))));
}

#[test]
fn gradients_are_those_of_finite_differences() {
    let at: Vec<f64> = (0..24).map(|i| f64::from(i) / 7.0 - 1.6).collect();
    let check = |layer: &dyn Fn(Tensor<3>) -> Tensor<3>| {
        gradient_check(|x| layer(x.reshape([2, 3, 4])).powi_scalar(2).flatten(0, 2), &at, 1e-6);
    };
    let seed = Some(Seed::new(4));
    check(&|x| SpatialDropout::new("p", 0.4).unwrap().forward(x, seed));
    check(&|x| AlphaDropout::new("p", 0.4).unwrap().forward(x, seed));
    check(&|x| GaussianDropout::new("p", 0.4).unwrap().forward(x, seed));
    check(&|x| GaussianNoise::new("p", 0.4).unwrap().forward(x, seed));
    check(&|x| StochasticDepth::new("p", 0.4).unwrap().forward(x, seed));
}

#[test]
fn what_is_out_of_range_is_named() {
    for bad in [-0.1, 1.0, f64::NAN] {
        assert_eq!(SpatialDropout::new("a", bad).unwrap_err().name, "a");
        assert_eq!(AlphaDropout::new("b", bad).unwrap_err().name, "b");
        assert_eq!(GaussianDropout::new("c", bad).unwrap_err().name, "c");
        assert_eq!(StochasticDepth::linear("d", bad, 0, 2).unwrap_err().name, "d");
        assert_eq!(kiln_models::DropBlock::new("e", bad, 3).unwrap_err().name, "e");
    }
    assert_eq!(GaussianNoise::new("f", -1.0).unwrap_err().name, "f");
    assert_eq!(kiln_models::DropBlock::new("e", 0.1, 0).unwrap_err().name, "e.block");
}
