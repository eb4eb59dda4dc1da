//! Linear layers, relu and cross-entropy.

use super::{Random, affordable, close, garbage, on_any_threads, on_every_arch, wide, zeros};
use crate::cpu::parallel::cut;
use crate::cpu::*;

#[test]
fn linear_and_gradients() {
    on_every_arch(500, |random| {
        let size = |random: &mut Random| random.one_of(&[1, 2, 5, 10, 16, 31, 64, 100, 130]);
        let shape = affordable(random, |random| {
            let k = random.one_of(&[1, 3, 17, 64, 513, 1100]);
            let (m, n) = (size(random), size(random));
            (LinearShape { m, k, n }, 2 * m * k * n)
        });
        let LinearShape { m, k, n } = shape;
        let (x, w, bias, g) =
            (random.numbers(m * k), random.numbers(k * n), random.numbers(n), random.numbers(m * n));
        let relu = random.size(0, 1) == 1;
        let mut y = garbage(m * n);
        let act = if relu { Act::Relu } else { Act::None };
        linear(shape, &x, &w, Some(&bias), act, &mut y);
        let mut packed = garbage(m * n);
        PackedLinear::new([k, n], &w, Some(&bias)).apply(m, &x, act, &mut packed);
        assert_eq!(packed, y);
        let (mut dx, mut dw, mut db) = (garbage(m * k), garbage(k * n), garbage(n));
        linear_grad(shape, &x, &w, relu.then_some(&y[..]), &g, Some(&mut dx), &mut dw, Some(&mut db));
        let (x, w, mut g) = (wide(&x), wide(&w), wide(&g));
        let product = |rows: usize,
                       cols: usize,
                       depth: usize,
                       term: &dyn Fn(usize, usize, usize) -> f64,
                       bias: &[f64]| {
            let (mut exact, mut scale) = (vec![0.0; rows * cols], vec![0.0; rows * cols]);
            for i in 0..rows {
                for j in 0..cols {
                    (exact[i * cols + j], scale[i * cols + j]) = (bias[j], bias[j].abs());
                    for d in 0..depth {
                        exact[i * cols + j] += term(i, j, d);
                        scale[i * cols + j] += term(i, j, d).abs();
                    }
                }
            }
            (exact, scale)
        };
        let (mut exact, scale) = product(m, n, k, &|i, j, d| x[i * k + d] * w[d * n + j], &wide(&bias));
        if relu {
            exact.iter_mut().for_each(|y| *y = y.max(0.0));
            g.iter_mut().zip(&y).for_each(|(g, &y)| *g = if y > 0.0 { *g } else { 0.0 });
        }
        close("y", &y, &exact, &scale, 2e-6);
        let (exact, scale) = product(m, k, n, &|i, j, d| g[i * n + d] * w[j * n + d], &vec![0.0; k]);
        close("dx", &dx, &exact, &scale, 1e-6);
        let (exact, scale) = product(k, n, m, &|i, j, d| x[d * k + i] * g[d * n + j], &vec![0.0; n]);
        close("dw", &dw, &exact, &scale, 1e-6);
        let (exact, scale) = product(1, n, m, &|_, j, d| g[d * n + j], &vec![0.0; n]);
        close("db", &db, &exact, &scale, 1e-6);
    });
}

#[test]
fn sums_of_columns() {
    on_every_arch(200, |random| {
        let (rows, columns) =
            (random.one_of(&[1, 3, cut(513, 5), cut(2000, 11)]), random.one_of(&[1, 2, 7, 33]));
        let x = random.numbers(rows * columns);
        let mut sums = garbage(columns);
        column_sums(&x, &mut sums);
        let (mut exact, mut scale) = (vec![0.0; columns], vec![0.0; columns]);
        for (i, &x) in wide(&x).iter().enumerate() {
            exact[i % columns] += x;
            scale[i % columns] += x.abs();
        }
        close("sums", &sums, &exact, &scale, 1e-6);
    });
}

#[test]
fn relu_keeps_nan() {
    let x: Vec<f32> = [1.0, -1.0, 0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY].repeat(5);
    let (mut y, mut dx) = (garbage(35), garbage(35));
    relu(&x, &mut y);
    relu_grad(&y, &[2.0; 35], &mut dx);
    assert!(y[..4] == [1.0, 0.0, 0.0, 0.0] && y[4].is_nan() && y[5..7] == [f32::INFINITY, 0.0]);
    assert_eq!(dx[28..], [2.0, 0.0, 0.0, 0.0, 2.0, 2.0, 0.0]);
    let mut y = [0.0; 2];
    linear(LinearShape { m: 2, k: 1, n: 1 }, &[f32::NAN, -1.0], &[1.0], None, Act::Relu, &mut y);
    assert!(y[0].is_nan() && y[1] == 0.0);
}

#[test]
fn cross_entropy_and_gradient() {
    on_every_arch(500, |random| {
        let (rows, classes) = affordable(random, |random| {
            let (rows, classes) = (random.size(1, 150), random.size(1, 12));
            ((rows, classes), 20 * rows * classes)
        });
        let logits: Vec<f32> = random.numbers(rows * classes).iter().map(|x| x * 9.0).collect();
        let labels: Vec<u32> = (0..rows).map(|_| random.size(0, classes - 1) as u32).collect();
        let smoothing = random.one_of(&[0.0, 0.1, 1.0]);
        let weights: Option<Vec<f32>> =
            (random.size(0, 1) == 1).then(|| random.numbers(classes).iter().map(|w| w.abs() + 0.1).collect());
        let (mut losses, mut gradient) = (garbage(rows), garbage(logits.len()));
        let of_classes = weights.as_deref();
        cross_entropy(classes, &logits, &labels, smoothing, of_classes, &mut losses, &mut gradient);
        let g = random.numbers(rows);
        let mut dx = garbage(logits.len());
        cross_entropy_grad(classes, &gradient, &g, &mut dx);
        let of = |class: usize| weights.as_ref().map_or(1.0, |weights| f64::from(weights[class]));
        let (mut exact, mut exact_gradient, mut exact_dx) = (Vec::new(), Vec::new(), Vec::new());
        for (row, &label) in labels.iter().enumerate() {
            let x = wide(&logits[row * classes..][..classes]);
            let max = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            let log_sum = max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
            let target = |class: usize| {
                let certain = if class == label as usize { (1.0 - smoothing) * of(class) } else { 0.0 };
                certain + smoothing / classes as f64 * of(class)
            };
            let all: f64 = (0..classes).map(target).sum();
            exact.push((0..classes).map(|class| target(class) * (log_sum - x[class])).sum::<f64>());
            for class in 0..classes {
                let slope = (x[class] - log_sum).exp() * all - target(class);
                exact_gradient.push(slope);
                exact_dx.push(slope * f64::from(g[row]));
            }
        }
        let size: Vec<f64> = exact.iter().map(|loss| 1.0 + loss.abs()).collect();
        close("losses", &losses, &exact, &size, 2e-6);
        close("gradient", &gradient, &exact_gradient, &vec![2.0; gradient.len()], 1e-6);
        close("dx", &dx, &exact_dx, &vec![2.0; gradient.len()], 1e-6);
    });
}

#[test]
fn cross_entropy_of_nan_and_bad_labels() {
    let (mut losses, mut gradient) = (garbage(2), garbage(4));
    cross_entropy(2, &[f32::NAN, 0.0, 1.0, 2.0], &[1, 0], 0.0, None, &mut losses, &mut gradient);
    assert!(losses[0].is_nan() && losses[1].is_finite());
    assert!(gradient[0].is_nan() && gradient[1].is_nan() && gradient[2].is_finite());
    let fails = |logits: usize, label: u32, smoothing: f64| {
        std::panic::catch_unwind(|| {
            let (losses, gradient) = (&mut garbage(1), &mut garbage(2));
            cross_entropy(2, &vec![0.0; logits], &[label], smoothing, None, losses, gradient);
        })
        .is_err()
    };
    assert!(!fails(2, 1, 0.5));
    assert!(fails(3, 1, 0.5) && fails(2, 2, 0.5) && fails(2, 1, 1.5) && fails(2, 1, f64::NAN));
}

#[test]
fn wrong_lengths_panic() {
    let shape = LinearShape { m: 2, k: 3, n: 4 };
    let fails = |x: usize, w: usize, b: usize, y: usize| {
        std::panic::catch_unwind(|| {
            linear(shape, &zeros(x), &zeros(w), Some(&zeros(b)), Act::None, &mut garbage(y));
        })
        .is_err()
    };
    assert!(!fails(6, 12, 4, 8));
    assert!(fails(7, 12, 4, 8) && fails(6, 11, 4, 8) && fails(6, 12, 5, 8) && fails(6, 12, 4, 7));
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_on_any_threads() {
    let mut random = Random::new(9);
    let shape = LinearShape { m: 130, k: 1000, n: 200 };
    let (x, w, bias, g) =
        (random.numbers(130_000), random.numbers(200_000), random.numbers(200), random.numbers(26_000));
    let labels: Vec<u32> = (0..130).map(|i| i % 200).collect();
    on_any_threads(|| {
        let (mut y, mut dx, mut dw, mut db) =
            (garbage(26_000), garbage(130_000), garbage(200_000), garbage(200));
        linear(shape, &x, &w, Some(&bias), Act::Relu, &mut y);
        linear_grad(shape, &x, &w, Some(&y), &g, Some(&mut dx), &mut dw, Some(&mut db));
        let (mut losses, mut dlogits) = (garbage(130), garbage(26_000));
        cross_entropy(200, &y, &labels, 0.1, None, &mut losses, &mut dlogits);
        vec![y, dx, dw, db, dlogits, losses]
    });
}
