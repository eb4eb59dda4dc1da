use kiln_core::{Direction, Seed};
use serde_json::Value as Json;

use super::super::space::Assignment;
use super::super::trial::{State, Trial};
use super::*;

fn golden() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/search.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// One trial after the other, each seeing all before it: when each of them is given up.
fn ends(
    curves: &[Vec<f64>],
    direction: Direction,
    prunes: impl Fn(&Progress<'_>) -> bool,
) -> Vec<Option<u64>> {
    let mut seen: Vec<Trial> = Vec::new();
    for (number, curve) in curves.iter().enumerate() {
        let mut reports = Vec::new();
        let mut state = State::Done;
        for (step, value) in (1..).zip(curve) {
            reports.push((step, *value));
            let number = number as u64;
            let progress = Progress { direction, seed: Seed::new(0), number, reports: &reports, seen: &seen };
            if prunes(&progress) {
                state = State::Pruned;
                break;
            }
        }
        let (number, params) = (number as u64, Assignment::default());
        let value = curve.last().copied();
        seen.push(Trial { number, params, state, value, reports, error: None, seconds: 0.0 });
    }
    let end = |trial: &Trial| (trial.state == State::Pruned).then(|| trial.reports.last().unwrap().0);
    seen.iter().map(end).collect()
}

#[test]
fn decisions_are_those_of_optuna() {
    let golden = golden();
    let curves: Vec<Vec<f64>> = serde_json::from_value(golden["curves"].clone()).unwrap();
    let mut given_up = 0;
    for case in golden["pruners"].as_array().unwrap() {
        let pruner: Pruner = serde_json::from_value(case["pruner"].clone()).unwrap();
        pruner.check().unwrap();
        let maximise = case["maximise"].as_bool().unwrap();
        let direction = if maximise { Direction::Maximise } else { Direction::Minimise };
        let brackets: Option<Vec<usize>> = serde_json::from_value(case["brackets"].clone()).unwrap();
        let found = ends(&curves, direction, |progress| match (&pruner, &brackets) {
            (Pruner::Hyperband(hyperband), Some(brackets)) => {
                hyperband.prunes(progress, |number| brackets[number as usize])
            }
            _ => pruner.prunes(progress),
        });
        let expected: Vec<Option<u64>> = serde_json::from_value(case["ends"].clone()).unwrap();
        assert_eq!(found, expected, "{pruner:?} {direction:?}");
        given_up += expected.iter().flatten().count();
    }
    assert!(given_up > 200, "{given_up}");
}

#[test]
fn brackets_have_the_sizes_of_optuna() {
    for case in golden()["brackets"].as_array().unwrap() {
        let (resource, most, factor, expected): (u64, u64, u64, Vec<u64>) =
            serde_json::from_value(case.clone()).unwrap();
        assert_eq!(Hyperband { resource, most, factor }.brackets(), expected, "{case}");
    }
}

#[test]
fn trials_are_shared_out_to_brackets_by_their_sizes() {
    let hyperband = Hyperband::default();
    let shares = hyperband.brackets();
    let total: u64 = shares.iter().sum();
    let mut counts = vec![0.0; shares.len()];
    for number in 0..10_000 {
        counts[hyperband.bracket(Seed::new(3), number)] += 1.0;
    }
    for (count, share) in counts.iter().zip(&shares) {
        let p = *share as f64 / total as f64;
        assert!((count - 10_000.0 * p).abs() < 5.0 * (10_000.0 * p * (1.0 - p)).sqrt(), "{counts:?}");
    }
}

#[test]
fn settings_are_checked() {
    for wrong in [
        Pruner::Median(Median { startup: 0, warmup: 0 }),
        Pruner::Asha(Halving { resource: 0, factor: 4, late: 0 }),
        Pruner::Asha(Halving { resource: 1, factor: 1, late: 0 }),
        Pruner::Asha(Halving { resource: 1, factor: 2, late: 31 }),
        Pruner::Hyperband(Hyperband { resource: 9, most: 8, factor: 3 }),
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
    // Steps that no number can hold are never reached.
    let far = Halving { resource: u64::MAX, factor: u64::MAX, late: 30 };
    let progress = Progress {
        direction: Direction::Minimise,
        seed: Seed::new(0),
        number: 0,
        reports: &[(1, 0.5)],
        seen: &[],
    };
    assert!(!far.prunes(&progress, |_| true));
}
