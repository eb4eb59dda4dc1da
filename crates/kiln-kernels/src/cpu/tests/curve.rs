//! Activations, sums of branches and gates.

use super::{Random, close, garbage, on_any_threads, on_every_arch, wide};
use crate::cpu::*;

const CURVES: [Curve; 7] = [
    Curve::Sigmoid,
    Curve::HardSigmoid,
    Curve::Silu,
    Curve::Selu,
    Curve::Mish,
    Curve::HardSwish,
    Curve::Gelu,
];

/// λ and λα of SELU.
const SELU: [f64; 2] = [1.050_700_987_355_480_5, 1.758_099_340_847_376_6];

/// `erfc` of a number from 0 on in f64: its Taylor series, or its continued fraction.
fn erfc(z: f64) -> f64 {
    if z < 2.0 {
        let (mut term, mut sum) = (z, z);
        for n in 1..60 {
            term *= -z * z / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        return 1.0 - 2.0 / std::f64::consts::PI.sqrt() * sum;
    }
    let tail = (1..120).rev().fold(0.0, |tail, n| f64::from(n) / 2.0 / (z + tail));
    (-z * z).exp() / (std::f64::consts::PI.sqrt() * (z + tail))
}

fn normal(x: f64) -> f64 {
    let half = 0.5 * erfc(x.abs() / 2f64.sqrt());
    if x < 0.0 { half } else { 1.0 - half }
}

fn exact(curve: Curve, x: f64) -> f64 {
    let sigmoid = 1.0 / (1.0 + (-x).exp());
    match curve {
        Curve::Sigmoid => sigmoid,
        Curve::HardSigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Curve::Silu => x * sigmoid,
        Curve::Selu => {
            if x > 0.0 {
                SELU[0] * x
            } else {
                SELU[1] * x.exp_m1()
            }
        }
        Curve::Mish => x * x.exp().ln_1p().tanh(),
        Curve::HardSwish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Curve::Gelu => x * normal(x),
    }
}

/// By central differences of the exact value.
fn slope(curve: Curve, x: f64) -> f64 {
    let step = 1e-5;
    (exact(curve, x + step) - exact(curve, x - step)) / (2.0 * step)
}

#[test]
fn values_and_slopes() {
    on_every_arch(100, |random| {
        let curve_of = random.one_of(&CURVES);
        let len = random.size(0, 300);
        let range = random.one_of(&[1.0, 5.0, 12.0]);
        let x: Vec<f32> = (0..len).map(|_| range * random.number()).collect();
        let mut y = garbage(len);
        curve(curve_of, &x, &mut y);
        let values: Vec<f64> = wide(&x).iter().map(|&x| exact(curve_of, x)).collect();
        // GELU's tail loses digits to the exponent.
        let loss = |x: f32| if curve_of == Curve::Gelu { 1.0 + f64::from(x * x) / 6.0 } else { 1.0 };
        let own: Vec<f64> = values.iter().zip(&x).map(|(y, &x)| y.abs() * loss(x) + 1e-37).collect();
        close(&format!("{curve_of:?}"), &y, &values, &own, 1e-6);
        let mut in_place = x.clone();
        curve_in_place(curve_of, &mut in_place);
        assert_eq!(in_place, y, "{curve_of:?}");

        let g = random.numbers(len);
        let mut dx = garbage(len);
        curve_grad(curve_of, &x, &g, &mut dx);
        // No slope at the corners, where the difference takes the mean.
        let corner = |x: f64| (x.abs() - 3.0).abs() < 1e-4 || (curve_of == Curve::Selu && x.abs() < 1e-4);
        for (i, &x) in wide(&x).iter().enumerate() {
            let exact = f64::from(g[i]) * slope(curve_of, x);
            assert!(corner(x) || (f64::from(dx[i]) - exact).abs() <= 2e-6, "{curve_of:?} at {x}");
        }
    });
}

#[test]
fn ends_corners_and_nan() {
    let x = [f32::NEG_INFINITY, -1e30, -3.0, -0.0, 0.0, 3.0, 1e30, f32::INFINITY, f32::NAN];
    let ones = [1.0; 9];
    let (mut y, mut dx) = ([9.0; 9], [9.0; 9]);
    for curve_of in CURVES {
        on_every_arch(3, |_| {
            let (mut y, mut dx) = (y, dx);
            curve(curve_of, &x, &mut y);
            curve_grad(curve_of, &x, &ones, &mut dx);
            assert!(y[8].is_nan() && dx[8].is_nan(), "{curve_of:?}: NaN");
            let (start, end) = match curve_of {
                Curve::Sigmoid | Curve::HardSigmoid => (0.0, 1.0),
                Curve::Selu => (-SELU[1] as f32, 1e30 * SELU[0] as f32),
                _ => (0.0, 1e30),
            };
            assert!((y[6] - end).abs() <= 1e-6 * end && y[1] == start, "{curve_of:?}: {y:?}");
        });
    }
    // PyTorch 2.15: the slopes of hardswish and hardsigmoid at -3 and 3.
    curve_grad(Curve::HardSwish, &x, &ones, &mut dx);
    assert_eq!([dx[2], dx[5]], [0.0, 1.0]);
    curve_grad(Curve::HardSigmoid, &x, &ones, &mut dx);
    assert_eq!([dx[2], dx[5]], [0.0, 0.0]);
    // And that of selu at 0.
    curve_grad(Curve::Selu, &x, &ones, &mut dx);
    assert_eq!([dx[3], dx[4]], [SELU[1] as f32; 2]);
    curve(Curve::Sigmoid, &x, &mut y);
    assert_eq!([y[0], y[3], y[4], y[7]], [0.0, 0.5, 0.5, 1.0]);
}

#[test]
fn branches_and_gates() {
    on_every_arch(200, |random| {
        let len = random.size(0, 200);
        let (mut a, b) = (random.numbers(len), random.numbers(len));
        if len > 0 {
            a[len / 2] = f32::NAN;
        }
        for act in [Act::None, Act::Relu] {
            let mut y = garbage(len);
            add(&a, &b, act, &mut y);
            for i in 0..len {
                let sum = a[i] + b[i];
                let exact = if act == Act::Relu && sum < 0.0 { 0.0 } else { sum };
                assert!(y[i] == exact || (y[i].is_nan() && exact.is_nan()));
            }
            let mut onto = a.clone();
            add_onto(&b, act, &mut onto);
            assert!(
                onto.iter()
                    .zip(&y)
                    .all(|(onto, y)| onto.to_bits() == y.to_bits() || onto.is_nan() && y.is_nan())
            );
        }
        let size = [random.size(1, 3), random.size(1, 40), random.size(1, 30)];
        let [n, c, pixels] = size;
        let (x, g, gates) =
            (random.numbers(n * c * pixels), random.numbers(n * c * pixels), random.numbers(n * c));
        let order = random.order();
        let channel = |i: usize| match order {
            Order::Nchw => i / pixels,
            Order::Nhwc => i / (c * pixels) * c + i % c,
        };
        let (mut y, mut dx, mut dgates) = (garbage(x.len()), garbage(x.len()), garbage(n * c));
        scale(size, &x, &gates, order, &mut y);
        let mut in_place = x.clone();
        scale_in_place(size, &gates, order, &mut in_place);
        assert_eq!(in_place, y);
        scale_grad(size, &x, &gates, &g, order, &mut dx, &mut dgates);
        let (mut sums, mut sizes) = (vec![0.0; n * c], vec![0.0; n * c]);
        for i in 0..x.len() {
            assert_eq!([y[i], dx[i]], [x[i] * gates[channel(i)], g[i] * gates[channel(i)]]);
            let product = f64::from(x[i]) * f64::from(g[i]);
            sums[channel(i)] += product;
            sizes[channel(i)] += product.abs();
        }
        close("dgates", &dgates, &sums, &sizes, 1e-6);
    });
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_on_any_threads() {
    let mut random = Random::new(5);
    let size = [9, 48, 900];
    let len = size.iter().product();
    let (x, g, gates) = (random.numbers(len), random.numbers(len), random.numbers(9 * 48));
    on_any_threads(|| {
        let (mut y, mut dx, mut dgates) = (garbage(len), garbage(len), garbage(9 * 48));
        curve(Curve::Gelu, &x, &mut y);
        curve_grad(Curve::Silu, &x, &g, &mut dx);
        let mut sum = garbage(len);
        add(&y, &dx, Act::Relu, &mut sum);
        scale_grad(size, &x, &gates, &g, Order::Nhwc, &mut dx, &mut dgates);
        vec![y, sum, dx, dgates]
    });
}

#[test]
fn wrong_lengths_panic() {
    let fails = |work: fn()| std::panic::catch_unwind(work).is_err();
    assert!(fails(|| curve(Curve::Gelu, &[1.0], &mut [])));
    assert!(fails(|| curve_grad(Curve::Gelu, &[1.0], &[1.0, 2.0], &mut [0.0])));
    assert!(fails(|| add(&[1.0], &[1.0, 2.0], Act::None, &mut [0.0])));
    assert!(fails(|| scale([1, 2, 1], &[1.0, 2.0], &[1.0], Order::Nchw, &mut [0.0; 2])));
}
