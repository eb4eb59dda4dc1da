use serde_json::Value as Json;

use super::super::super::space::Value;
use super::normal::{log_cdf, log_mass, quantile};
use super::*;

fn golden() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/search.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn trial(number: usize, json: &Json) -> Trial {
    let value = json["value"].as_f64();
    Trial {
        number: number as u64,
        params: serde_json::from_value(json["params"].clone()).unwrap(),
        state: if value.is_some() { State::Done } else { State::Pruned },
        value,
        reports: serde_json::from_value(json["reports"].clone()).unwrap(),
        error: None,
        seconds: 0.0,
    }
}

#[test]
fn suggestions_are_those_of_optuna_for_the_same_draws() {
    let mut compared = 0;
    for case in golden()["tpe"].as_array().unwrap() {
        let space: Space = serde_json::from_value(case["space"].clone()).unwrap();
        let maximise = case["maximise"].as_bool().unwrap();
        let direction = if maximise { Direction::Maximise } else { Direction::Minimise };
        let trials: Vec<Trial> =
            case["trials"].as_array().unwrap().iter().enumerate().map(|(i, json)| trial(i, json)).collect();
        let running: Vec<Assignment> = serde_json::from_value(case["running"].clone()).unwrap();
        let (below, above) = split(&trials.iter().collect::<Vec<_>>(), direction);
        let below: Vec<_> = below.into_iter().map(|trial| &trial.params).collect();
        let above: Vec<_> = above.into_iter().map(|trial| &trial.params).chain(&running).collect();
        for suggestion in case["suggestions"].as_array().unwrap() {
            let names: Vec<String> = serde_json::from_value(suggestion["names"].clone()).unwrap();
            let place = |name: &String| space.parameters().iter().position(|p| p.name == *name).unwrap();
            let places: Vec<usize> = names.iter().map(place).collect();
            let draws: Vec<f64> = serde_json::from_value(suggestion["draws"].clone()).unwrap();
            let mut used = draws.iter();
            let found = estimate(&space, &places, &below, &above, 24, || *used.next().unwrap());
            assert!(used.next().is_none(), "draws are left");
            for ((name, place), coordinate) in names.iter().zip(&places).zip(found) {
                let found = space.parameters()[*place].domain.value_of(coordinate);
                let expected: Value = serde_json::from_value(suggestion["found"][name].clone()).unwrap();
                match (found.number(), expected.number()) {
                    (Some(a), Some(b)) => {
                        assert!((a - b).abs() <= 1e-8 * b.abs().max(1e-3), "{name}: {a} and {b}");
                    }
                    _ => assert_eq!(found, expected, "{name}"),
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 90, "{compared}");
}

#[test]
fn tails_of_the_normal_distribution_keep_their_digits() {
    // mpmath.log(mpmath.ncdf(x)) with 50 digits.
    for (x, expected) in [
        (-40.0, -804.608442013754),
        (-20.0, -203.91715537109727),
        (-5.0, -15.064998393988726),
        (0.0, -std::f64::consts::LN_2),
        (7.0, -1.2798125438858352e-12),
    ] {
        let found = log_cdf(x);
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{x}: {found}");
    }
    // Quantiles lead back, in every part of the line.
    for (a, b) in [(-1.0, 2.0), (-30.0, -20.0), (3.0, 50.0), (-1e-3, 1e-3), (-9.0, 9.0)] {
        for q in [0.0, 1e-9, 0.1, 0.5, 0.999, 1.0] {
            let x = quantile(q, a, b);
            assert!((a..=b).contains(&x), "{q} {a} {b}: {x}");
            if q > 0.0 && q < 1.0 {
                let back = (log_mass(a, x) - log_mass(a, b)).exp();
                assert!((back - q).abs() < 1e-6 * q.max(1e-3), "{q} {a} {b}: {back}");
            }
        }
    }
}
