//! Batch and layer normalisation.

use super::{Random, affordable, close, garbage, norm, on_any_threads, on_every_arch, wide, zeros};
use crate::cpu::*;

fn table(random: &mut Random) -> (usize, usize, Vec<f32>, Vec<f32>) {
    let (rows, c) = affordable(random, |random| {
        let (rows, c) = (random.size(1, 90), random.one_of(&[1, 2, 3, 7, 16, 31, 64, 100]));
        ((rows, c), 20 * rows * c)
    });
    (rows, c, random.numbers(rows * c), random.numbers(rows * c))
}

fn stats(x: &[f32], c: usize) -> (Vec<f64>, Vec<f64>) {
    let rows = (x.len() / c) as f64;
    let (mut mean, mut var) = (vec![0.0; c], vec![0.0; c]);
    x.iter().enumerate().for_each(|(i, &x)| mean[i % c] += f64::from(x) / rows);
    x.iter().enumerate().for_each(|(i, &x)| var[i % c] += (f64::from(x) - mean[i % c]).powi(2) / rows);
    (mean, var)
}

fn value(act: NormAct, y: f64) -> f64 {
    match act {
        NormAct::None => y,
        NormAct::Relu => y.max(0.0),
        NormAct::HardSwish => y * ((y + 3.0) / 6.0).clamp(0.0, 1.0),
    }
}

/// Of relu, where it lets something through.
fn slope(act: NormAct, y: f64) -> f64 {
    match act {
        NormAct::None | NormAct::Relu => 1.0,
        NormAct::HardSwish if y <= -3.0 => 0.0,
        NormAct::HardSwish if y >= 3.0 => 1.0,
        NormAct::HardSwish => y / 3.0 + 0.5,
    }
}

#[test]
fn batch_norm_and_gradient() {
    on_every_arch(500, |random| {
        let (rows, c, x, g) = table(random);
        let (gamma, beta) = (random.numbers(c), random.numbers(c));
        let (exact_mean, exact_var) = stats(&x, c);
        let (mut mean, mut var) = (garbage(c), garbage(c));
        batch_norm_stats(&x, &mut mean, &mut var);
        close("mean", &mean, &exact_mean, &vec![1.0; c], 1e-6);
        close("var", &var, &exact_var, &vec![1.0; c], 1e-6);

        // From here on these statistics are exact.
        let eps = 1e-5;
        let values = Norm { mean: &mean, var: &var, eps, gamma: &gamma, beta: &beta };
        let act = random.one_of(&[NormAct::None, NormAct::Relu, NormAct::HardSwish]);
        let mut y = garbage(x.len());
        batch_norm(&x, values, act, &mut y);
        let inverse: Vec<f64> = var.iter().map(|&var| 1.0 / (f64::from(var) + eps).sqrt()).collect();
        let normal: Vec<f64> = x
            .iter()
            .enumerate()
            .map(|(i, &x)| (f64::from(x) - f64::from(mean[i % c])) * inverse[i % c])
            .collect();
        let before: Vec<f64> = normal
            .iter()
            .enumerate()
            .map(|(i, n)| n * f64::from(gamma[i % c]) + f64::from(beta[i % c]))
            .collect();
        let exact: Vec<f64> = before.iter().map(|&y| value(act, y)).collect();
        let scale: Vec<f64> = normal.iter().map(|n| n.abs() + 1.0).collect();
        close("y", &y, &exact, &scale, 1e-6);

        let statistics = random.one_of(&[Statistics::Batch, Statistics::Fixed]);
        let (mut dx, mut dgamma, mut dbeta) = (garbage(x.len()), garbage(c), garbage(c));
        batch_norm_grad(&x, &g, values, act, statistics, &mut dx, &mut dgamma, &mut dbeta);
        let (mut placed, mut dgamma2, mut dbeta2) = (g.clone(), garbage(c), garbage(c));
        batch_norm_grad_in_place(&x, &mut placed, values, act, statistics, &mut dgamma2, &mut dbeta2);
        assert_eq!([&placed, &dgamma2, &dbeta2], [&dx, &dgamma, &dbeta], "other bits in place");
        // Relu's slope jumps where rounding decides: there it is the kernel's own result that counts.
        let on = |i: usize| act != NormAct::Relu || y[i] > 0.0;
        let g: Vec<f64> =
            (0..x.len()).map(|i| if on(i) { f64::from(g[i]) * slope(act, before[i]) } else { 0.0 }).collect();
        let (mut sum, mut product, mut size) = (vec![0.0; c], vec![0.0; c], vec![0.0; c]);
        for i in 0..x.len() {
            sum[i % c] += g[i];
            product[i % c] += g[i] * normal[i];
            size[i % c] += (g[i] * normal[i]).abs() + g[i].abs();
        }
        close("dgamma", &dgamma, &product, &size, 1e-6);
        close("dbeta", &dbeta, &sum, &size, 1e-6);
        let r = rows as f64;
        let (mut exact, mut scale) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        for i in 0..x.len() {
            let j = i % c;
            let through =
                if statistics == Statistics::Batch { (sum[j] + normal[i] * product[j]) / r } else { 0.0 };
            exact[i] = f64::from(gamma[j]) * inverse[j] * (g[i] - through);
            scale[i] = inverse[j] * (g[i].abs() + (1.0 + normal[i].abs()) * size[j] / r);
        }
        close("dx", &dx, &exact, &scale, 3e-6);
    });
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn a_large_mean_does_no_harm() {
    let mut random = Random::new(5);
    let (rows, c) = (5000, 24);
    let x: Vec<f32> = random.numbers(rows * c).into_iter().map(|x| 1000.0 + x).collect();
    let (exact_mean, exact_var) = stats(&x, c);
    let (mut mean, mut var) = (garbage(c), garbage(c));
    batch_norm_stats(&x, &mut mean, &mut var);
    close("mean", &mean, &exact_mean, &exact_mean, 1e-7);
    close("var", &var, &exact_var, &exact_var, 1e-5);
    batch_norm_stats(&vec![3.7; 1000 * c], &mut mean, &mut var);
    assert!(mean.iter().all(|&mean| mean == 3.7) && var.iter().all(|&var| var == 0.0));
}

#[test]
fn layer_norm_and_gradient() {
    on_every_arch(500, |random| {
        let (rows, c, x, g) = table(random);
        let (gamma, beta, eps) = (random.numbers(c), random.numbers(c), 1e-3);
        let (mut y, mut mean, mut inverse) = (garbage(x.len()), garbage(rows), garbage(rows));
        layer_norm(&x, &gamma, &beta, eps, &mut y, &mut mean, &mut inverse);
        let (mut dx, mut dgamma, mut dbeta) = (garbage(x.len()), garbage(c), garbage(c));
        layer_norm_grad(&x, &g, &gamma, &mean, &inverse, &mut dx, &mut dgamma, &mut dbeta);
        let [mut e_y, mut e_dx] = [vec![0.0; x.len()], vec![0.0; x.len()]];
        let [mut e_gamma, mut e_beta] = [vec![0.0; c], vec![0.0; c]];
        for row in 0..rows {
            let line = &x[row * c..][..c];
            let m = line.iter().map(|&x| f64::from(x)).sum::<f64>() / c as f64;
            let var = line.iter().map(|&x| (f64::from(x) - m).powi(2)).sum::<f64>() / c as f64;
            let inv = 1.0 / (var + eps).sqrt();
            let normal: Vec<f64> = line.iter().map(|&x| (f64::from(x) - m) * inv).collect();
            let scaled: Vec<f64> = (0..c).map(|i| f64::from(g[row * c + i]) * f64::from(gamma[i])).collect();
            let of_g = scaled.iter().sum::<f64>() / c as f64;
            let of_product = scaled.iter().zip(&normal).map(|(a, b)| a * b).sum::<f64>() / c as f64;
            for i in 0..c {
                e_y[row * c + i] = normal[i] * f64::from(gamma[i]) + f64::from(beta[i]);
                e_dx[row * c + i] = inv * (scaled[i] - of_g - normal[i] * of_product);
                e_gamma[i] += f64::from(g[row * c + i]) * normal[i];
                e_beta[i] += f64::from(g[row * c + i]);
            }
        }
        let max = |x: &[f64]| norm(&x.iter().map(|x| x.abs() + 1.0).collect::<Vec<_>>());
        close("y", &y, &e_y, &max(&e_y), 1e-5);
        close("dx", &dx, &e_dx, &max(&e_dx), 1e-5);
        close("dgamma", &dgamma, &e_gamma, &max(&e_gamma), 1e-5);
        close("dbeta", &dbeta, &e_beta, &max(&e_beta), 1e-5);
    });
}

#[test]
fn nan_passes() {
    let x = [1.0, f32::NAN, 2.0, 3.0, f32::INFINITY, 1.0];
    let (mut mean, mut var) = ([0.0; 3], [0.0; 3]);
    batch_norm_stats(&x, &mut mean, &mut var);
    assert!(mean[1].is_nan() && var[1].is_nan() && mean[0] == 2.0 && var[2] == 0.25, "{mean:?} {var:?}");
    let values = Norm { mean: &[0.0; 3], var: &[1.0; 3], eps: 0.0, gamma: &[1.0; 3], beta: &[0.0; 3] };
    let mut y = [0.0; 6];
    batch_norm(&x, values, Act::Relu, &mut y);
    assert!(y[1].is_nan() && y[4] == f32::INFINITY);
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_on_any_threads() {
    let mut random = Random::new(2);
    let (rows, c) = (9000, 48);
    let (x, g, gamma, beta) =
        (random.numbers(rows * c), random.numbers(rows * c), random.numbers(c), random.numbers(c));
    on_any_threads(|| {
        let (mut mean, mut var, mut y, mut dx) = (garbage(c), garbage(c), garbage(x.len()), garbage(x.len()));
        let (mut dgamma, mut dbeta) = (garbage(c), garbage(c));
        batch_norm_stats(&x, &mut mean, &mut var);
        let values = Norm { mean: &mean, var: &var, eps: 1e-5, gamma: &gamma, beta: &beta };
        batch_norm(&x, values, Act::Relu, &mut y);
        batch_norm_grad(&x, &g, values, Act::Relu, Statistics::Batch, &mut dx, &mut dgamma, &mut dbeta);
        let (mut y2, mut means, mut inverse, mut dx2) = (y.clone(), garbage(rows), garbage(rows), dx.clone());
        let (mut dgamma2, mut dbeta2) = (garbage(c), garbage(c));
        layer_norm(&x, &gamma, &beta, 1e-5, &mut y2, &mut means, &mut inverse);
        layer_norm_grad(&x, &g, &gamma, &means, &inverse, &mut dx2, &mut dgamma2, &mut dbeta2);
        vec![mean, var, y, dx, dgamma, dbeta, y2, dx2, dgamma2, dbeta2]
    });
}

#[test]
fn wrong_lengths_panic() {
    let fails = |x: usize, c: usize, y: usize| {
        std::panic::catch_unwind(|| {
            let (x, one, mut y) = (zeros(x), zeros(c), garbage(y));
            let values = Norm { mean: &one, var: &one, eps: 0.0, gamma: &one, beta: &one };
            batch_norm(&x, values, Act::None, &mut y);
        })
        .is_err()
    };
    assert!(!fails(12, 3, 12));
    assert!(fails(13, 3, 13));
    assert!(fails(12, 3, 11));
    assert!(fails(0, 0, 0));
}

#[test]
fn squared_norm_is_that_of_f64() {
    on_every_arch(50, |random| {
        let len = random.size(0, if cfg!(miri) { 300 } else { 300_000 });
        let x = random.numbers(len);
        let expected: f64 = wide(&x).iter().map(|x| x * x).sum();
        let found = squared_norm(&x);
        assert!((found - expected).abs() <= 1e-6 * expected, "{len}: {found} and {expected}");
    });
    let x = Random::new(3).numbers(if cfg!(miri) { 300 } else { 500_000 });
    on_any_threads(|| vec![vec![squared_norm(&x) as f32]]);
    assert!(squared_norm(&[1.0, f32::NAN]).is_nan());
    assert_eq!(squared_norm(&[]), 0.0);
}
