//! Dropout and relu.

use kiln_core::Seed;

use super::{Random, affordable, at, garbage, on_every_arch};
use crate::cpu::*;

/// Element `i` goes when its 32 bits are below probability · 2³², else it is divided by 1 − probability.
fn dropped(x: f32, i: usize, probability: f64, seed: Seed) -> f32 {
    let bits = seed.bits(i as u64 / 2) >> (32 * (i % 2));
    let threshold = (probability * 4_294_967_296.0).round();
    let kept = f64::from(bits as u32) >= threshold;
    x * if kept { (1.0 / (1.0 - threshold / 4_294_967_296.0)) as f32 } else { 0.0 }
}

fn same(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        let equal = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-6 * b.abs();
        assert!(equal, "element {i}: {a} and {b}");
    }
}

#[test]
fn dropout_in_both_orders() {
    on_every_arch(500, |random| {
        let [n, c, h, w] = affordable(random, |random| {
            let c = [1, 2, 3, 8, 17, 33];
            let size = [random.size(1, 3), random.one_of(&c), random.size(1, 9), random.size(1, 9)];
            (size, 10 * size.iter().product::<usize>())
        });
        let probability = random.one_of(&[0.0, 0.1, 0.5, 0.75, 0.999]);
        let seed = Seed::new(random.size(0, 1 << 40) as u64);
        let mask = Mask::new(probability, seed);
        let mut x = random.numbers(n * c * h * w);
        // What is dropped is multiplied by 0, as in PyTorch: a NaN stays one.
        let place = random.size(0, x.len() - 1);
        x[place] = random.one_of(&[f32::NAN, f32::INFINITY, 0.5]);
        let exact: Vec<f32> = (0..x.len()).map(|i| dropped(x[i], i, probability, seed)).collect();
        let mut y = garbage(x.len());
        dropout(&x, mask, &mut y);
        same(&y, &exact);
        let last = |values: &[f32]| {
            let mut out = garbage(values.len());
            for i in 0..values.len() {
                let place = [i / (c * h * w), i / (h * w) % c, i / w % h, i % w];
                out[at(Order::Nhwc, [c, h, w], place)] = values[i];
            }
            out
        };
        let mut y = garbage(x.len());
        dropout_channels_last(&last(&x), [n, c, h, w], mask, &mut y);
        same(&y, &last(&exact));
    });
}

#[test]
fn relu_and_gradient() {
    on_every_arch(500, |random| {
        let len = random.size(0, 300);
        let special = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0];
        let numbers = |random: &mut Random| -> Vec<f32> {
            let one = |random: &mut Random| match random.size(0, 9) {
                0 => random.one_of(&special),
                _ => random.number(),
            };
            (0..len).map(|_| one(random)).collect()
        };
        let (x, g) = (numbers(random), numbers(random));
        let (mut y, mut dx) = (garbage(len), garbage(len));
        relu(&x, &mut y);
        relu_grad(&y, &g, &mut dx);
        same(&y, &x.iter().map(|&x| if x < 0.0 { 0.0 } else { x }).collect::<Vec<_>>());
        same(&dx, &x.iter().zip(&g).map(|(&x, &g)| if x <= 0.0 { 0.0 } else { g }).collect::<Vec<_>>());
    });
}
