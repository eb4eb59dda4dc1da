//! What several heads say together.

use crate::plan::Average;

/// Raw outputs `[heads, n, outputs]` as `[n, outputs]`, whose prediction is the mean of those of the heads. They are left at the start
/// of `raw`.
pub(super) fn together(average: Average, heads: usize, outputs: usize, raw: &mut [f32]) {
    let len = raw.len() / heads.max(1);
    if heads <= 1 || outputs == 0 {
        return;
    }
    if average == Average::Softmax {
        raw.chunks_exact_mut(outputs).for_each(log_softmax);
    }
    for at in 0..len {
        let of_heads = || (0..heads).map(|head| f64::from(raw[head * len + at]));
        let together = match average {
            Average::Mean => of_heads().sum::<f64>() / heads as f64,
            Average::Softmax | Average::Exp => log_mean_exp(of_heads()),
            Average::Sigmoid => {
                log_mean_exp(of_heads().map(log_sigmoid)) - log_mean_exp(of_heads().map(|x| log_sigmoid(-x)))
            }
        };
        raw[at] = together as f32;
    }
}

fn log_softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = row.iter().map(|x| f64::from(x - largest).exp()).sum();
    row.iter_mut().for_each(|x| *x = (f64::from(*x - largest) - sum.ln()) as f32);
}

fn log_sigmoid(x: f64) -> f64 {
    x.min(0.0) - (-x.abs()).exp().ln_1p()
}

/// `log(mean(exp(x)))`, whatever the size of the numbers.
fn log_mean_exp(x: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = x.clone().fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut count) = (0.0, 0.0);
    for x in x {
        sum += (x - largest).exp();
        count += 1.0;
    }
    (sum / count).ln() + largest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two heads, two items, two outputs.
    const RAW: [f32; 8] = [1.0, 0.0, 0.5, -1.0, 2.0, 2.5, -1.0, 0.0];

    fn of(average: Average) -> [f32; 4] {
        let mut raw = RAW;
        together(average, 2, 2, &mut raw);
        [raw[0], raw[1], raw[2], raw[3]]
    }

    #[test]
    fn predictions_are_the_mean_of_those_of_the_heads() {
        let near =
            |found: f32, wanted: f64| assert!((f64::from(found) - wanted).abs() < 1e-6, "{found} {wanted}");
        let softmax = |a: f32, b: f32| 1.0 / (1.0 + f64::from(b - a).exp());
        let sigmoid = |x: f32| 1.0 / (1.0 + f64::from(-x).exp());
        near(of(Average::Mean)[1], 1.25);
        let found = of(Average::Softmax);
        near(softmax(found[0], found[1]) as f32, (softmax(1.0, 0.0) + softmax(2.0, 2.5)) / 2.0);
        near(softmax(found[2], found[3]) as f32, (softmax(0.5, -1.0) + softmax(-1.0, 0.0)) / 2.0);
        near(sigmoid(of(Average::Sigmoid)[3]) as f32, (sigmoid(-1.0) + sigmoid(0.0)) / 2.0);
        near(of(Average::Exp)[0].exp(), (1f64.exp() + 2f64.exp()) / 2.0);
        let mut one = RAW;
        together(Average::Softmax, 1, 2, &mut one);
        assert_eq!(one, RAW);
    }
}
