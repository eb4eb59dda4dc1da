//! Attention, embeddings, the loss of a linear layer and recurrent layers.

use std::ops::Range;

use super::{Random, affordable, close, garbage, norm, on_any_threads, on_every_arch, wide};
use crate::cpu::*;

fn largest(x: &[f64]) -> Vec<f64> {
    norm(&x.iter().map(|x| x.abs() + 1.0).collect::<Vec<_>>())
}

/// Sequences with rows between them that belong to none.
fn spans(random: &mut Random, longest: usize) -> (Vec<Range<usize>>, usize) {
    let (mut spans, mut row) = (Vec::new(), random.size(0, 2));
    for _ in 0..random.size(1, 3) {
        let len = random.size(1, longest);
        spans.push(row..row + len);
        row += len + random.size(0, 3);
    }
    (spans, row + random.size(0, 2))
}

/// Outputs and gradient in f64.
fn exact_attention(
    shape: AttentionShape,
    spans: &[Range<usize>],
    qkv: &[f32],
    g: &[f32],
) -> (Vec<f64>, Vec<f64>) {
    let AttentionShape { heads, inner, causal, dropout } = shape;
    let rows = qkv.len() / 3 / (heads * inner);
    let width = heads * inner;
    let (mut y, mut dqkv) = (vec![0.0; qkv.len() / 3], vec![0.0; qkv.len()]);
    let (qkv, g) = (wide(qkv), wide(g));
    for span in spans {
        for head in 0..heads {
            let at = |part: usize, row: usize, i: usize| row * 3 * width + part * width + head * inner + i;
            for query in span.clone() {
                let keys = span.start..if causal { query + 1 } else { span.end };
                let dot = |key: usize| -> f64 {
                    (0..inner).map(|i| qkv[at(0, query, i)] * qkv[at(1, key, i)]).sum()
                };
                let root = (inner as f64).sqrt();
                let scores: Vec<f64> = keys.clone().map(|key| (dot(key) / root).exp()).collect();
                let total: f64 = scores.iter().sum();
                let out = |i: usize| query * width + head * inner + i;
                let mut factors = vec![1.0; scores.len()];
                if let Some(mask) = dropout {
                    share_factors(mask, head * rows + query, 0, &mut factors);
                }
                for ((key, score), factor) in keys.clone().zip(&scores).zip(&factors) {
                    for i in 0..inner {
                        y[out(i)] += score / total * f64::from(*factor) * qkv[at(2, key, i)];
                    }
                }
                let of_y: f64 = (0..inner).map(|i| g[out(i)] * y[out(i)]).sum();
                for ((key, score), factor) in keys.zip(&scores).zip(&factors) {
                    let (share, factor) = (score / total, f64::from(*factor));
                    let of_share: f64 = (0..inner).map(|i| g[out(i)] * qkv[at(2, key, i)]).sum();
                    let slope = share * (factor * of_share - of_y) / root;
                    for i in 0..inner {
                        dqkv[at(2, key, i)] += share * factor * g[out(i)];
                        dqkv[at(0, query, i)] += slope * qkv[at(1, key, i)];
                        dqkv[at(1, key, i)] += slope * qkv[at(0, query, i)];
                    }
                }
            }
        }
    }
    (y, dqkv)
}

#[test]
fn attention_and_gradient() {
    on_every_arch(120, |random| {
        let (shape, (spans, rows)) = affordable(random, |random| {
            let (heads, inner) = (random.size(1, 3), random.one_of(&[1, 3, 8, 16, 20, 64]));
            let longest = if cfg!(miri) { 18 } else { random.one_of(&[5, 70, 200]) };
            let spans = spans(random, longest);
            let cost = spans.0.iter().map(|span| span.len() * span.len()).sum::<usize>() * heads * inner * 8;
            let mask = Mask::new(0.3, kiln_core::Seed::new(random.size(0, 99) as u64));
            let (causal, dropout) = (random.size(0, 1) == 1, (random.size(0, 1) == 1).then_some(mask));
            let shape = AttentionShape { heads, inner, causal, dropout };
            ((shape, spans), cost)
        });
        let width = shape.heads * shape.inner;
        let qkv: Vec<f32> = random.numbers(rows * 3 * width).iter().map(|x| 2.0 * x).collect();
        let g = random.numbers(rows * width);
        let (mut y, mut log_sums) = (garbage(rows * width), garbage(rows * shape.heads));
        attention(shape, &spans, &qkv, &mut y, &mut log_sums);
        let mut dqkv = garbage(qkv.len());
        attention_grad(shape, &spans, &qkv, &y, &log_sums, &g, &mut dqkv);
        let (e_y, e_dqkv) = exact_attention(shape, &spans, &qkv, &g);
        close("y", &y, &e_y, &largest(&e_y), 3e-6);
        close("dqkv", &dqkv, &e_dqkv, &largest(&e_dqkv), 1e-5);
    });
}

#[test]
fn a_nan_reaches_whoever_sees_it() {
    let shape = AttentionShape { heads: 1, inner: 4, causal: true, dropout: None };
    let mut qkv = Random::new(1).numbers(6 * 12);
    // A key of the third row.
    qkv[2 * 12 + 4] = f32::NAN;
    let (mut y, mut log_sums) = (garbage(24), garbage(6));
    attention(shape, std::slice::from_ref(&(0..6)), &qkv, &mut y, &mut log_sums);
    for (row, y) in y.chunks_exact(4).enumerate() {
        assert!(y.iter().all(|y| y.is_nan() == (row >= 2)), "{row}: {y:?}");
    }
}

#[test]
fn embeddings_and_gradient() {
    on_every_arch(200, |random| {
        let (rows, width, count) = (random.size(1, 40), random.one_of(&[1, 3, 16, 33]), random.size(0, 90));
        let table = random.numbers(rows * width);
        let ids: Vec<u32> = (0..count).map(|_| random.size(0, rows - 1) as u32).collect();
        let g = random.numbers(count * width);
        let (mut y, mut dtable) = (garbage(count * width), garbage(rows * width));
        embedding(width, &table, &ids, &mut y);
        embedding_grad(width, &ids, &g, &mut dtable);
        let mut exact = vec![0.0; rows * width];
        for (place, &id) in ids.iter().enumerate() {
            assert_eq!(y[place * width..][..width], table[id as usize * width..][..width]);
            for i in 0..width {
                exact[id as usize * width + i] += f64::from(g[place * width + i]);
            }
        }
        close("dtable", &dtable, &exact, &largest(&exact), 1e-5);
    });
    assert!(std::panic::catch_unwind(|| embedding(1, &[0.0], &[1], &mut [0.0])).is_err());
}

#[test]
fn a_linear_layer_with_its_loss() {
    on_every_arch(200, |random| {
        let (rows, width, classes) =
            (random.size(1, 40), random.one_of(&[1, 5, 16]), random.one_of(&[1, 2, 17, 70]));
        let (x, weight) = (random.numbers(rows * width), random.numbers(classes * width));
        let mut label = || if random.size(0, 4) == 0 { u32::MAX } else { random.size(0, classes - 1) as u32 };
        let labels: Vec<u32> = (0..rows).map(|_| label()).collect();
        let smoothing = random.one_of(&[0.0, 0.1, 1.0]);
        let of = LinearCrossEntropy { width, x: &x, weight: &weight, labels: &labels, smoothing };
        let (mut dx, mut dweight) = (garbage(x.len()), garbage(weight.len()));
        let into = LinearCrossEntropyGrad { dx: &mut dx, dweight: &mut dweight };
        let loss = linear_cross_entropy(of, Some(into));
        assert_eq!(loss, linear_cross_entropy(of, None));
        let (mut e_loss, mut e_dx, mut e_dw) = (0.0, vec![0.0; x.len()], vec![0.0; weight.len()]);
        let counted = labels.iter().filter(|label| **label != u32::MAX).count().max(1) as f64;
        for (row, &label) in labels.iter().enumerate().filter(|(_, label)| **label != u32::MAX) {
            let logit = |class: usize| -> f64 {
                (0..width).map(|i| f64::from(x[row * width + i]) * f64::from(weight[class * width + i])).sum()
            };
            let total: f64 = (0..classes).map(|class| logit(class).exp()).sum();
            for class in 0..classes {
                let hit = if class == label as usize { 1.0 - smoothing } else { 0.0 };
                let target = hit + smoothing / classes as f64;
                let p = logit(class).exp() / total;
                e_loss -= target * p.ln() / counted;
                for i in 0..width {
                    e_dx[row * width + i] += (p - target) / counted * f64::from(weight[class * width + i]);
                    e_dw[class * width + i] += (p - target) / counted * f64::from(x[row * width + i]);
                }
            }
        }
        assert!((loss - e_loss).abs() < 1e-5 * (1.0 + e_loss.abs()), "{loss} and {e_loss}");
        close("dx", &dx, &e_dx, &largest(&e_dx), 1e-6);
        close("dweight", &dweight, &e_dw, &largest(&e_dw), 1e-6);
    });
}

/// On every instruction set a recurrent layer is what the portable code is, but for rounding; that it is right is shown against PyTorch.
#[test]
fn recurrent_layers_are_the_same_on_every_arch() {
    let run = |random: &mut Random, shape: RecurrentShape, is_gru: bool| {
        let RecurrentShape { items, steps, hidden } = shape;
        let (len, gates) = (items * steps * hidden, if is_gru { 3 } else { 4 });
        let (inputs, weight) = (random.numbers(gates * len), random.numbers(gates * hidden * hidden));
        let (bias, g) = (random.numbers(gates * hidden), random.numbers(len));
        let mut h = garbage(len);
        let (mut of_gates, mut kept) = (garbage(gates * len), garbage(len));
        let (mut dinputs, mut dweight) = (garbage(gates * len), garbage(weight.len()));
        let mut dbias = garbage(gates * hidden);
        if is_gru {
            let states = GruStates { hidden: &mut h, gates: &mut of_gates, carried: &mut kept };
            gru(shape, &inputs, &weight, &bias, states);
            let (dw, db) = (&mut dweight, &mut dbias);
            gru_grad(shape, &weight, &h, &of_gates, &kept, &g, &mut dinputs, dw, db);
        } else {
            let states = LstmStates { hidden: &mut h, cells: &mut kept, gates: &mut of_gates };
            lstm(shape, &inputs, &weight, states);
            lstm_grad(shape, &weight, &h, &kept, &of_gates, &g, &mut dinputs, &mut dweight);
            dbias.fill(0.0);
        }
        vec![h, dinputs, dweight, dbias]
    };
    let cases: Vec<(RecurrentShape, bool)> = (0..if cfg!(miri) { 2 } else { 24 })
        .map(|case| {
            let mut random = Random::new(case);
            let most = if cfg!(miri) { 3 } else { 21 };
            let [items, steps, hidden] = [(); 3].map(|()| random.size(1, most));
            (RecurrentShape { items, steps, hidden }, case % 2 == 0)
        })
        .collect();
    for (case, (shape, is_gru)) in cases.iter().enumerate() {
        let mut all = super::forced::all().into_iter().map(|arch| {
            super::forced::with(arch, || run(&mut Random::new(100 + case as u64), *shape, *is_gru))
        });
        let first = all.next_back().unwrap_or_default();
        for found in all {
            for (found, first) in found.iter().zip(&first) {
                let first = wide(first);
                close("recurrent", found, &first, &largest(&first), 1e-5);
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much work for Miri")]
fn equal_bits_on_any_threads() {
    let mut random = Random::new(4);
    let dropout = Some(Mask::new(0.2, kiln_core::Seed::new(5)));
    let shape = AttentionShape { heads: 4, inner: 32, causal: true, dropout };
    let (rows, width) = (1500, 128);
    let (qkv, g) = (random.numbers(rows * 3 * width), random.numbers(rows * width));
    let spans = [0..700, 700..1500];
    on_any_threads(|| {
        let (mut y, mut log_sums) = (garbage(rows * width), garbage(rows * 4));
        let mut dqkv = garbage(qkv.len());
        attention(shape, &spans, &qkv, &mut y, &mut log_sums);
        attention_grad(shape, &spans, &qkv, &y, &log_sums, &g, &mut dqkv);
        vec![y, log_sums, dqkv]
    });
}
