//! Translated strengths have the same optimum, each objective written out as its own library writes it.

use kiln_objective::{Beside, Convention};

const N: usize = 7;

fn data() -> (Vec<f64>, Vec<f64>) {
    let x = [0.3, -1.2, 0.8, 2.1, -0.4, 0.9, -1.7].to_vec();
    let y = x.iter().enumerate().map(|(i, x)| 1.4 * x + 0.3 * (i as f64 - 3.0)).collect();
    (x, y)
}

/// argmin of `loss · Σ(y − x w)² + one · |w| + two · w²`.
fn optimum(loss: f64, one: f64, two: f64) -> f64 {
    let (x, y) = data();
    let xy: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    let xx: f64 = x.iter().map(|x| x * x).sum();
    let pull = 2.0 * loss * xy;
    (pull.abs() - one).max(0.0) * pull.signum() / (2.0 * loss * xx + 2.0 * two)
}

/// The optimum of the squared error with a strength, as the library of the convention states its objective.
fn squared(convention: Convention, s: f64) -> Option<f64> {
    let n = N as f64;
    Some(match convention {
        Convention::KilnL2 | Convention::KerasL2 => optimum(1.0 / n, 0.0, s),
        Convention::TorchWeightDecay => optimum(1.0 / n, 0.0, s / 2.0),
        Convention::SklearnRidge => optimum(1.0, 0.0, s),
        Convention::GlmnetRidge => optimum(1.0 / (2.0 * n), 0.0, s / 2.0),
        Convention::KilnL1 => optimum(1.0 / n, s, 0.0),
        Convention::SklearnLasso => optimum(1.0 / (2.0 * n), s, 0.0),
        _ => return None,
    })
}

/// The derivative in w of the objective of a logistic model, as the library of the convention states it.
fn logistic_slope(convention: Convention, s: f64, w: f64) -> Option<f64> {
    let (x, y) = data();
    let n = N as f64;
    let sum: f64 = x
        .iter()
        .zip(&y)
        .map(|(x, y)| (1.0 / (1.0 + (-x * w).exp()) - f64::from(u8::from(*y > 0.0))) * x)
        .sum();
    Some(match convention {
        Convention::KilnL2 | Convention::KerasL2 => sum / n + 2.0 * s * w,
        Convention::TorchWeightDecay | Convention::GlmnetRidge => sum / n + s * w,
        Convention::SklearnLogisticC => s * sum + w,
        Convention::KilnL1 | Convention::SklearnLasso => sum / n + s * w.signum(),
        _ => return None,
    })
}

#[test]
fn closed_form_optima_agree_in_all_conventions() {
    let mut compared = 0;
    for from in Convention::ALL {
        for to in Convention::ALL {
            for s in [1e-3, 0.2, 0.7] {
                let Some(translated) = from.translate(s, to, Beside::SquaredError, N) else { continue };
                let (own, other) = (squared(from, s).unwrap(), squared(to, translated).unwrap());
                assert!(
                    own != 0.0 && (own - other).abs() <= 1e-10,
                    "{from} {s}, {to} {translated}: {own} {other}"
                );
                let back = to.translate(translated, from, Beside::SquaredError, N).unwrap();
                assert!((back - s).abs() <= 1e-15, "{back} {s}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 3 * (5 * 5 + 2 * 2));
}

#[test]
fn a_logistic_optimum_is_one_in_all_conventions() {
    let mut seen = 0;
    for from in Convention::ALL {
        // The strength for which w = 0.5 is the optimum: the slope is linear in it.
        let Some(at_zero) = logistic_slope(from, 0.0, 0.5) else { continue };
        let strength = -at_zero / (logistic_slope(from, 1.0, 0.5).unwrap() - at_zero);
        for to in Convention::ALL {
            let Some(translated) = from.translate(strength, to, Beside::CrossEntropy, N) else { continue };
            let slope = logistic_slope(to, translated, 0.5).unwrap();
            assert!(slope.abs() <= 1e-10, "{from} {strength}, {to} {translated}: {slope:e}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5 * 5 + 2 * 2);
}

#[test]
fn what_has_no_translation_has_none() {
    let translate = |from: Convention, s, to, beside| from.translate(s, to, beside, N);
    let squared = Beside::SquaredError;
    assert_eq!(translate(Convention::KilnL1, 1.0, Convention::KilnL2, squared), None);
    assert_eq!(translate(Convention::KilnL2, 1.0, Convention::SklearnLogisticC, squared), None);
    assert_eq!(translate(Convention::KilnL2, 1.0, Convention::SklearnRidge, Beside::CrossEntropy), None);
    assert_eq!(translate(Convention::KilnL2, 0.0, Convention::SklearnLogisticC, Beside::CrossEntropy), None);
    for convention in Convention::ALL {
        assert!(!convention.to_string().is_empty());
    }
}
