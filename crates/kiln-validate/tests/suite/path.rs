//! Paths and the strengths that cross-validation picks are those of scikit-learn.

use kiln_convex::Design;
use kiln_core::Seed;
use kiln_validate::path::{Curve, ElasticNetPath, PathError};
use kiln_validate::split::{Items, KFold, Splitter};
use serde_json::Value;

struct Golden {
    json: Value,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
}

fn golden() -> Golden {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/path.json");
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let x = serde_json::from_value(json["x"].clone()).unwrap();
    let y = serde_json::from_value(json["y"].clone()).unwrap();
    Golden { json, x, y }
}

impl Golden {
    fn rows(&self, rows: &[usize]) -> (Design, Vec<f64>) {
        let flat: Vec<f64> = rows.iter().flat_map(|row| self.x[*row].iter().copied()).collect();
        let design = Design::new(&flat, rows.len(), self.x[0].len()).unwrap();
        (design, rows.iter().map(|row| self.y[*row]).collect())
    }

    fn all(&self) -> (Design, Vec<f64>) {
        self.rows(&(0..self.y.len()).collect::<Vec<_>>())
    }
}

fn numbers(json: &Value) -> Vec<f64> {
    serde_json::from_value(json.clone()).unwrap()
}

fn tight(l1_ratio: f64) -> ElasticNetPath {
    ElasticNetPath { l1_ratio, tolerance: 1e-14, ..ElasticNetPath::default() }
}

#[test]
fn coefficients_are_those_of_scikit_learn_along_the_whole_path() {
    let golden = golden();
    let (x, y) = golden.all();
    for case in golden.json["paths"].as_array().unwrap() {
        let path = tight(case["l1_ratio"].as_f64().unwrap());
        let lambdas = path.grid(&x, &y).unwrap();
        for (found, expected) in lambdas.iter().zip(numbers(&case["alphas"])) {
            assert!((found - expected).abs() <= 1e-12 * expected, "{found} {expected}");
        }
        let points = path.fit(&x, &y, &lambdas).unwrap();
        assert_eq!(points.len(), 100);
        let mut worst = 0.0f64;
        for (point, expected) in points.iter().zip(case["coefs"].as_array().unwrap()) {
            for (found, expected) in point.coef.iter().zip(numbers(expected)) {
                worst = worst.max((found - expected).abs());
                // Equal zeros, but for what scikit-learn leaves of one.
                assert!(*found != 0.0 || expected.abs() < 1e-6, "{}", point.lambda);
            }
        }
        assert!(worst < 1e-6, "{worst}");
        assert_eq!(points[0].nonzero(), 0, "the first strength is that at which all are zero");
        assert!(points[1].nonzero() > 0, "and no larger than that");
    }
}

#[test]
fn cross_validation_picks_the_strength_of_scikit_learn() {
    let golden = golden();
    let (x, y) = golden.all();
    for case in golden.json["cv"].as_array().unwrap() {
        let path = tight(case["l1_ratio"].as_f64().unwrap());
        let lambdas = path.grid(&x, &y).unwrap();
        let folds = KFold { folds: 5, shuffle: None }.split(&Items::new(y.len())).unwrap();
        let errors: Vec<Vec<f64>> = folds
            .iter()
            .map(|fold| {
                let ((x, y), (test_x, test_y)) = (golden.rows(fold.train()), golden.rows(fold.test()));
                let points = path.fit(&x, &y, &lambdas).unwrap();
                points.iter().map(|point| point.mean_squared_error(&test_x, &test_y)).collect()
            })
            .collect();
        for (place, expected) in case["mse"].as_array().unwrap().iter().enumerate() {
            for (fold, expected) in numbers(expected).into_iter().enumerate() {
                let found = errors[fold][place];
                assert!((found - expected).abs() <= 1e-7 * expected, "{found} {expected}");
            }
        }
        let curve = Curve::new(lambdas.clone(), &errors).unwrap();
        let (picked, expected) = (lambdas[curve.minimum()], case["alpha"].as_f64().unwrap());
        assert!((picked - expected).abs() <= 1e-12 * expected, "{picked} {expected}");
        let simple = curve.one_standard_error();
        assert!(simple < curve.minimum());
        let limit = curve.mean()[curve.minimum()] + curve.standard_error()[curve.minimum()];
        assert!(curve.mean()[simple] <= limit && curve.mean()[simple - 1] > limit);
    }
}

/// The work is counted in sweeps, which no other process on the machine changes; `bench/path.rs` has the time.
#[test]
fn warm_starts_save_most_of_the_sweeps() {
    let golden = golden();
    let (x, y) = golden.all();
    let path = ElasticNetPath::default();
    let lambdas = path.grid(&x, &y).unwrap();
    let warm: usize = path.fit(&x, &y, &lambdas).unwrap().iter().map(|point| point.iterations).sum();
    let cold: usize =
        lambdas.iter().map(|lambda| path.point(&x, &y, *lambda, None).unwrap().iterations).sum();
    assert!(warm < cold, "{warm} {cold}");
    for lambda in [lambdas[30], lambdas[99]] {
        let warm = path.fit(&x, &y, &lambdas).unwrap().into_iter().find(|p| p.lambda == lambda).unwrap();
        let cold = path.point(&x, &y, lambda, None).unwrap();
        for (a, b) in warm.coef.iter().zip(&cold.coef) {
            assert!((a - b).abs() < 1e-2 * cold.coef.iter().fold(0.0, |m: f64, c| m.max(c.abs())));
        }
    }
}

#[test]
fn what_has_no_path_is_an_error() {
    let x = Design::new(&[1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    let y = [1.0, 2.0, 3.0, 4.0];
    for wrong in [
        ElasticNetPath { lambdas: 1, ..ElasticNetPath::default() },
        ElasticNetPath { ratio: 0.0, ..ElasticNetPath::default() },
        ElasticNetPath { ratio: 1.0, ..ElasticNetPath::default() },
        ElasticNetPath { l1_ratio: 0.0, ..ElasticNetPath::default() },
        ElasticNetPath { l1_ratio: 1.5, ..ElasticNetPath::default() },
    ] {
        assert!(wrong.grid(&x, &y).is_err(), "{wrong:?}");
    }
    assert_eq!(ElasticNetPath::default().grid(&x, &[2.0; 4]).unwrap_err(), PathError::Flat);
    assert!(ElasticNetPath::default().grid(&x, &[f64::NAN; 4]).is_err());
    assert!(Curve::new(vec![1.0], &[]).is_err());
    assert!(Curve::new(vec![1.0, 0.5], &[vec![1.0]]).is_err());
    assert!(Curve::new(vec![1.0], &[vec![f64::INFINITY]]).is_err());
}

/// Noise has no signal: the simplest model within a standard error is the one without features, most of the time.
#[test]
fn on_noise_one_standard_error_picks_nothing() {
    let mut empty = 0;
    for seed in 0..20 {
        let seed = Seed::new(seed);
        let (n, d) = (60, 20);
        let flat: Vec<f64> = (0..n * d).map(|i| seed.at(1).uniform(i as u64) - 0.5).collect();
        let y: Vec<f64> = (0..n).map(|i| seed.at(2).uniform(i as u64)).collect();
        let rows = |rows: &[usize]| {
            let flat: Vec<f64> = rows.iter().flat_map(|r| flat[r * d..(r + 1) * d].iter().copied()).collect();
            (Design::new(&flat, rows.len(), d).unwrap(), rows.iter().map(|r| y[*r]).collect::<Vec<_>>())
        };
        let path = ElasticNetPath { lambdas: 30, ..ElasticNetPath::default() };
        let (x, all) = rows(&(0..n).collect::<Vec<_>>());
        let lambdas = path.grid(&x, &all).unwrap();
        let folds = KFold { folds: 5, shuffle: None }.split(&Items::new(n)).unwrap();
        let errors: Vec<Vec<f64>> = folds
            .iter()
            .map(|fold| {
                let ((x, y), (test_x, test_y)) = (rows(fold.train()), rows(fold.test()));
                let points = path.fit(&x, &y, &lambdas).unwrap();
                points.iter().map(|point| point.mean_squared_error(&test_x, &test_y)).collect()
            })
            .collect();
        empty += usize::from(Curve::new(lambdas, &errors).unwrap().one_standard_error() == 0);
    }
    assert!(empty >= 15, "{empty}");
}
