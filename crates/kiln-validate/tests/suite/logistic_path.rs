//! Paths of logistic regression are those of scikit-learn (`tests/golden/logistic_path.py`).

use kiln_convex::{Design, Loss, Problem};
use kiln_train::Scores;
use kiln_validate::path::{LogisticPath, LogisticPoint, PathError};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Golden {
    #[serde(rename = "scikit_learn")]
    _version: IgnoredAny,
    l1_min_c: Bounds,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Bounds {
    plain: f64,
    even_rows: Vec<usize>,
    even: f64,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    classes: usize,
    x: Vec<Vec<f64>>,
    y: Vec<usize>,
    paths: Vec<Path>,
    cv: Cv,
}

#[derive(Deserialize)]
struct Path {
    l1_ratio: f64,
    lambdas: Vec<f64>,
    coefs: Vec<Vec<Vec<f64>>>,
    intercepts: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Cv {
    l1_ratio: f64,
    lambdas: Vec<f64>,
    tests: Vec<Vec<usize>>,
    log_loss: Vec<Vec<f64>>,
    error_rate: Vec<Vec<f64>>,
}

fn golden() -> Golden {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/logistic_path.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl Case {
    fn rows(&self, rows: &[usize]) -> (Design, Vec<usize>) {
        let flat: Vec<f64> = rows.iter().flat_map(|row| self.x[*row].iter().copied()).collect();
        let design = Design::new(&flat, rows.len(), self.x[0].len()).unwrap();
        (design, rows.iter().map(|row| self.y[*row]).collect())
    }

    fn all(&self) -> (Design, Vec<usize>) {
        self.rows(&(0..self.y.len()).collect::<Vec<_>>())
    }
}

fn tight(l1_ratio: f64) -> LogisticPath {
    LogisticPath { l1_ratio, lambdas: 10, ratio: 1e-2, tolerance: 1e-13, ..LogisticPath::default() }
}

fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |most, number| most.max(number.abs()))
}

#[test]
fn coefficients_are_those_of_scikit_learn_along_the_whole_path() {
    for case in golden().cases {
        let (x, y) = case.all();
        for expected in &case.paths {
            let path = tight(expected.l1_ratio);
            let lambdas = path.grid(&x, &y, case.classes).unwrap();
            for (found, expected) in lambdas.iter().zip(&expected.lambdas) {
                assert!((found - expected).abs() <= 1e-12 * expected, "{found} {expected}");
            }
            let points = path.fit(&x, &y, case.classes, &lambdas).unwrap();
            for (place, point) in points.iter().enumerate() {
                let what = format!("{} {} {place}", case.name, expected.l1_ratio);
                let coef: Vec<f64> = expected.coefs[place].concat();
                let off = largest(point.coef.iter().zip(&coef).map(|(found, expected)| found - expected));
                assert!(off <= 1e-5, "{what}: {off:e}");
                let zeros = point.coef.iter().zip(&coef).filter(|(found, _)| **found == 0.0);
                assert!(zeros.clone().all(|(_, expected)| expected.abs() < 1e-5), "{what}");
                // A softmax does not change when all intercepts move together.
                let mean = |all: &[f64]| {
                    if all.len() > 1 { all.iter().sum::<f64>() / all.len() as f64 } else { 0.0 }
                };
                let (own, theirs) = (&point.intercept, &expected.intercepts[place]);
                let off = own.iter().zip(theirs).map(|(a, b)| a - mean(own) - b + mean(theirs));
                assert!(largest(off.clone()) <= 1e-5, "{what}: {:e}", largest(off));
            }
            assert_eq!(points[0].nonzero(), 0, "the first strength is that at which all are zero");
            assert!(points[1].nonzero() > 0);
            let below = path.point(&x, &y, case.classes, 0.99 * lambdas[0], None).unwrap();
            assert!(below.nonzero() > 0, "and no larger than that");
        }
    }
}

#[test]
fn the_largest_strength_is_that_of_l1_min_c() {
    let golden = golden();
    let (bounds, case) = (&golden.l1_min_c, &golden.cases[0]);
    let most = |(x, y): (Design, Vec<usize>), intercept: bool| {
        let loss = Loss::Binary { y: y.into_iter().map(|label| label as f64).collect() };
        Problem::new(x, loss, 0.0, 0.0, intercept).unwrap().l1_max()
    };
    let plain = most(case.all(), false);
    assert!((plain - bounds.plain).abs() <= 1e-12 * plain, "{plain} {}", bounds.plain);
    let even = case.rows(&bounds.even_rows);
    let grid = tight(1.0).grid(&even.0, &even.1, 2).unwrap();
    assert!((grid[0] - bounds.even).abs() <= 1e-12 * bounds.even, "{} {}", grid[0], bounds.even);
    assert!((most(even, true) - grid[0]).abs() <= 1e-14);
}

/// What `kiln path` says of a fold is what scikit-learn's metrics say.
#[test]
fn scores_of_folds_are_those_of_scikit_learn() {
    for case in golden().cases {
        let cv = &case.cv;
        for (fold, test) in cv.tests.iter().enumerate() {
            let train: Vec<usize> = (0..case.y.len()).filter(|row| !test.contains(row)).collect();
            let ((x, y), (test_x, test_y)) = (case.rows(&train), case.rows(test));
            let points = tight(cv.l1_ratio).fit(&x, &y, case.classes, &cv.lambdas).unwrap();
            for (place, point) in points.iter().enumerate() {
                let logits: Vec<f32> = point.logits(&test_x).iter().map(|logit| *logit as f32).collect();
                let labels: Vec<u32> = test_y.iter().map(|label| *label as u32).collect();
                let mut scores = Scores::new();
                scores.add_classes(&logits, &labels, case.classes);
                let metrics = scores.metrics();
                let (loss, error) =
                    (metrics.get("log_loss").unwrap(), 1.0 - metrics.get("accuracy").unwrap());
                let what = format!("{} {fold} {place}", case.name);
                assert!((loss - cv.log_loss[fold][place]).abs() < 1e-5, "{what}: {loss}");
                assert!((error - cv.error_rate[fold][place]).abs() < 1e-9, "{what}: {error}");
            }
        }
    }
}

#[test]
fn warm_starts_save_steps() {
    let case = golden().cases.remove(0);
    let (x, y) = case.all();
    let path = LogisticPath { lambdas: 50, ratio: 1e-2, ..LogisticPath::default() };
    let lambdas = path.grid(&x, &y, 2).unwrap();
    let steps = |points: &[LogisticPoint]| points.iter().map(|point| point.iterations).sum::<usize>();
    let warm = path.fit(&x, &y, 2, &lambdas).unwrap();
    let cold: Vec<_> = lambdas.iter().map(|lambda| path.point(&x, &y, 2, *lambda, None).unwrap()).collect();
    assert!(3 * steps(&warm) < 2 * steps(&cold), "{} {}", steps(&warm), steps(&cold));
    let null = 0.7;
    assert!(warm.iter().chain(&cold).all(|point| point.gap <= 1e-6 * null));
}

/// An L2 term that stays is the elastic net of both.
#[test]
fn an_l2_term_is_the_same_at_every_strength() {
    let case = golden().cases.remove(1);
    let (x, y) = case.all();
    let (lambda, l2) = (0.02, 0.03);
    let both = LogisticPath { l2, ..tight(1.0) }.point(&x, &y, 3, lambda, None).unwrap();
    let net = tight(lambda / (lambda + l2)).point(&x, &y, 3, lambda + l2, None).unwrap();
    assert!(largest(both.coef.iter().zip(&net.coef).map(|(a, b)| a - b)) < 1e-6);
    assert!(both.features() < 13 && both.features() * 3 >= both.nonzero());
}

#[test]
fn what_has_no_path_is_an_error() {
    let x = Design::new(&[1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    let path = LogisticPath::default();
    for wrong in [
        LogisticPath { lambdas: 1, ..path.clone() },
        LogisticPath { ratio: 0.0, ..path.clone() },
        LogisticPath { ratio: 1.0, ..path.clone() },
        LogisticPath { l1_ratio: 0.0, ..path.clone() },
        LogisticPath { l1_ratio: 1.5, ..path.clone() },
    ] {
        assert!(wrong.grid(&x, &[0, 0, 1, 1], 2).is_err(), "{wrong:?}");
    }
    assert!(LogisticPath { l2: -1.0, ..path.clone() }.fit(&x, &[0, 0, 1, 1], 2, &[1.0]).is_err());
    assert!(LogisticPath { tolerance: 0.0, ..path.clone() }.fit(&x, &[0, 0, 1, 1], 2, &[1.0]).is_err());
    assert_eq!(path.grid(&x, &[1, 1, 1, 1], 2).unwrap_err(), PathError::Flat);
    assert_eq!(path.fit(&x, &[0, 1, 0, 1], 3, &[1.0]).unwrap_err(), PathError::Class { class: 2 });
    assert!(path.grid(&x, &[0, 1, 2, 3], 3).is_err());
    assert!(path.grid(&x, &[0, 1, 2, 3], 2).is_err());
    assert!(path.grid(&x, &[0, 1], 2).is_err());
}
