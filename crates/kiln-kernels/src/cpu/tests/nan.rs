//! NaN and infinity in dense layers, normalisations, pools and losses come out where plain arithmetic has them.

use super::{arrived, garbage, on_every_arch, special, wide};
use crate::cpu::*;

/// `a · b`, `[rows, depth]` and `[depth, cols]` given as functions.
fn product(
    [rows, depth, cols]: [usize; 3],
    a: impl Fn(usize, usize) -> f64,
    b: impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    let mut out = Vec::new();
    for i in 0..rows {
        for j in 0..cols {
            out.push((0..depth).map(|d| a(i, d) * b(d, j)).sum());
        }
    }
    out
}

fn relu_of(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

#[test]
fn linear_layers() {
    on_every_arch(300, |random| {
        let [m, k, n] = [random.size(1, 20), random.size(1, 30), random.size(1, 40)];
        let shape = LinearShape { m, k, n };
        let [mut x, mut w, mut bias, mut g] = [m * k, k * n, n, m * n].map(|len| random.numbers(len));
        let into = random.size(0, 3);
        special(random, [&mut x, &mut w, &mut bias, &mut g][into]);
        let mut y = garbage(m * n);
        linear(shape, &x, &w, Some(&bias), Act::Relu, &mut y);
        let (mut dx, mut dw, mut db) = (garbage(m * k), garbage(k * n), garbage(n));
        linear_grad(shape, &x, &w, Some(&y), &g, Some(&mut dx), &mut dw, Some(&mut db));
        let (x, w, bias) = (wide(&x), wide(&w), wide(&bias));
        let mut exact = product([m, k, n], |i, d| x[i * k + d], |d, j| w[d * n + j]);
        exact.iter_mut().enumerate().for_each(|(i, y)| *y = relu_of(*y + bias[i % n]));
        arrived("y", &y, &exact, |_| false);
        // As in PyTorch no gradient passes a relu that gave 0, not even NaN, and all of it one that gave NaN.
        let g: Vec<f64> =
            g.iter().zip(&y).map(|(&g, &y)| if y <= 0.0 { 0.0 } else { f64::from(g) }).collect();
        arrived("dx", &dx, &product([m, n, k], |i, d| g[i * n + d], |d, j| w[j * n + d]), |_| false);
        arrived("dw", &dw, &product([k, m, n], |i, d| x[d * k + i], |d, j| g[d * n + j]), |_| false);
        arrived("db", &db, &product([1, m, n], |_, _| 1.0, |d, j| g[d * n + j]), |_| false);
    });
}

#[test]
fn batch_norms() {
    on_every_arch(300, |random| {
        let (rows, c) = (random.size(2, 40), random.one_of(&[1, 3, 16, 17, 70]));
        let [mut x, mut g] = [0; 2].map(|_| random.numbers(rows * c));
        let [mut gamma, mut beta] = [0; 2].map(|_| random.numbers(c));
        let into = random.size(0, 3);
        special(random, [&mut x, &mut g, &mut gamma, &mut beta][into]);
        let (mut mean, mut var) = (garbage(c), garbage(c));
        batch_norm_stats(&x, &mut mean, &mut var);
        for i in 0..c {
            let column = || x[i..].iter().step_by(c);
            let finite = column().all(|x| x.is_finite());
            assert!(mean[i].is_finite() == finite && var[i].is_nan() != finite);
        }
        for (act, statistics) in [(Act::Relu, Statistics::Batch), (Act::None, Statistics::Fixed)] {
            if statistics == Statistics::Fixed {
                (mean, var) = (random.numbers(c), vec![0.5; c]);
            }
            let values = Norm { mean: &mean, var: &var, eps: 1e-5, gamma: &gamma, beta: &beta };
            let (mut y, mut dx) = (garbage(x.len()), garbage(x.len()));
            let (mut dgamma, mut dbeta) = (garbage(c), garbage(c));
            batch_norm(&x, values, act, &mut y);
            batch_norm_grad(&x, &g, values, act, statistics, &mut dx, &mut dgamma, &mut dbeta);
            let inverse = |j: usize| 1.0 / (f64::from(var[j]) + 1e-5).sqrt();
            let normal = |i: usize| (f64::from(x[i]) - f64::from(mean[i % c])) * inverse(i % c);
            let scaled = |i: usize| normal(i) * f64::from(gamma[i % c]) + f64::from(beta[i % c]);
            let relu = act == Act::Relu;
            let exact: Vec<f64> =
                (0..x.len()).map(|i| if relu { relu_of(scaled(i)) } else { scaled(i) }).collect();
            arrived("y", &y, &exact, |_| false);
            let through = |i: usize| if relu && y[i] <= 0.0 { 0.0 } else { f64::from(g[i]) };
            let (mut sum, mut product) = (vec![0.0; c], vec![0.0; c]);
            (0..x.len()).for_each(|i| sum[i % c] += through(i));
            (0..x.len()).for_each(|i| product[i % c] += through(i) * normal(i));
            arrived("dbeta", &dbeta, &sum, |_| false);
            arrived("dgamma", &dgamma, &product, |_| false);
            let of_batch = if statistics == Statistics::Batch { 1.0 / rows as f64 } else { 0.0 };
            let exact: Vec<f64> = (0..x.len())
                .map(|i| {
                    let j = i % c;
                    let shared =
                        if of_batch > 0.0 { (sum[j] + normal(i) * product[j]) * of_batch } else { 0.0 };
                    f64::from(gamma[j]) * inverse(j) * (through(i) - shared)
                })
                .collect();
            // Terms are multiplied by gamma one by one: infinities may meet where here one sum is multiplied.
            arrived("dx", &dx, &exact, |_| true);
            for i in 0..x.len() {
                let all = [gamma[i % c], beta[i % c], mean[i % c], var[i % c]];
                let column = || (i % c..x.len()).step_by(c);
                let finite = column().all(|i| x[i].is_finite() && g[i].is_finite());
                assert!(dx[i].is_finite() || !finite || all.iter().any(|x| !x.is_finite()), "dx[{i}]");
            }
        }
    });
}

#[test]
fn layer_norms() {
    on_every_arch(200, |random| {
        let (rows, c) = (random.size(1, 30), random.one_of(&[2, 3, 16, 17, 70]));
        let [mut x, mut g] = [0; 2].map(|_| random.numbers(rows * c));
        let (gamma, beta) = (random.numbers(c), random.numbers(c));
        let into = random.size(0, 1);
        special(random, [&mut x, &mut g][into]);
        let (mut y, mut mean, mut inverse) = (garbage(x.len()), garbage(rows), garbage(rows));
        layer_norm(&x, &gamma, &beta, 1e-5, &mut y, &mut mean, &mut inverse);
        let (mut dx, mut dgamma, mut dbeta) = (garbage(x.len()), garbage(c), garbage(c));
        layer_norm_grad(&x, &g, &gamma, &mean, &inverse, &mut dx, &mut dgamma, &mut dbeta);
        for i in 0..x.len() {
            let row = i / c * c..(i / c + 1) * c;
            let finite = |x: &[f32]| x[row.clone()].iter().all(|x| x.is_finite());
            assert_eq!(y[i].is_nan(), !finite(&x), "y[{i}]");
            assert_eq!(dx[i].is_finite(), finite(&x) && finite(&g), "dx[{i}]");
        }
        for i in 0..c {
            let finite = (0..rows).all(|row| g[row * c + i].is_finite());
            assert_eq!(dbeta[i].is_finite(), finite);
            let rows_finite = x.iter().all(|x| x.is_finite());
            assert_eq!(dgamma[i].is_finite(), finite && rows_finite);
        }
    });
}

#[test]
fn cross_entropies() {
    on_every_arch(300, |random| {
        let (rows, classes) = (random.size(1, 20), random.size(2, 12));
        let mut logits = random.numbers(rows * classes);
        special(random, &mut logits);
        let labels: Vec<u32> = (0..rows).map(|_| random.size(0, classes - 1) as u32).collect();
        let smoothing = random.one_of(&[0.0, 0.1]);
        let (mut losses, mut gradient) = (garbage(rows), garbage(logits.len()));
        cross_entropy(classes, &logits, &labels, smoothing, None, &mut losses, &mut gradient);
        let (mut exact, mut exact_gradient) = (vec![0.0; rows], Vec::new());
        for (row, &label) in labels.iter().enumerate() {
            let x = wide(&logits[row * classes..][..classes]);
            let max = x.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
            let log_sum = max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
            let exact = &mut exact[row];
            for (class, x) in x.iter().enumerate() {
                let certain = if class == label as usize { 1.0 - smoothing } else { 0.0 };
                let target = certain + smoothing / classes as f64;
                // As PyTorch: classes that are no target do not count, whatever their logit.
                *exact += if target > 0.0 { target * (log_sum - x) } else { 0.0 };
                exact_gradient.push((x - log_sum).exp() - target);
            }
        }
        arrived("losses", &losses, &exact, |_| false);
        arrived("gradient", &gradient, &exact_gradient, |_| false);
    });
}

#[test]
fn means_over_images() {
    on_every_arch(200, |random| {
        let [n, c, pixels] = [random.size(1, 3), random.one_of(&[1, 3, 16, 19]), random.size(1, 70)];
        let mut x = random.numbers(n * c * pixels);
        special(random, &mut x);
        let mut y = garbage(n * c);
        global_mean_pool([n, c, pixels], &x, Order::Nchw, &mut y);
        let exact = x.chunks(pixels).map(|x| wide(x).iter().sum()).collect::<Vec<f64>>();
        arrived("y", &y, &exact, |_| false);
        let mut last = garbage(x.len());
        reorder(n, c, pixels, &x, Order::Nchw, &mut last, Order::Nhwc);
        global_mean_pool([n, c, pixels], &last, Order::Nhwc, &mut y);
        arrived("y, channels last", &y, &exact, |_| false);
        let mut g = random.numbers(n * c);
        special(random, &mut g);
        let mut dx = garbage(x.len());
        global_mean_pool_grad([n, c, pixels], &g, Order::Nchw, &mut dx);
        let exact: Vec<f64> = (0..x.len()).map(|i| f64::from(g[i / pixels])).collect();
        arrived("dx", &dx, &exact, |_| false);
    });
}
