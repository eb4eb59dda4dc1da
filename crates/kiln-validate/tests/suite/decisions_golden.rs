//! Thresholds and Wilson's intervals against scikit-learn and scipy: `tests/golden/decisions.py`.

use std::path::Path;

use kiln_validate::calibration::choose_threshold;
use kiln_validate::statistics::wilson_interval;
use serde_json::Value;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/decisions.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn thresholds_are_the_best_of_scikit_learns_curves() {
    let mut tried = 0;
    for case in golden()["cases"].as_array().unwrap().iter().filter(|case| case["classes"] == 2) {
        let list = |name: &str| serde_json::from_value::<Option<Vec<f64>>>(case[name].clone()).unwrap();
        let (p, weights) = (list("second").unwrap(), list("weights"));
        let y: Vec<u32> = serde_json::from_value(case["labels"].clone()).unwrap();
        for (rule, wanted) in case["thresholds"].as_object().unwrap() {
            let found = choose_threshold(rule.parse().unwrap(), &y, &p, weights.as_deref()).unwrap();
            let (score, value) = (wanted[0].as_f64().unwrap(), wanted[1].as_f64());
            assert!((found.score - score).abs() < 1e-9, "{rule}: {found:?}, not {wanted}");
            match value {
                Some(value) => {
                    assert!((found.value - value).abs() < 1e-12, "{rule}: {found:?}, not {wanted}")
                }
                None => assert!(p.iter().all(|p| *p < found.value), "{rule}: {found:?}"),
            }
            tried += 1;
        }
    }
    assert!(tried >= 30, "{tried}");
}

#[test]
fn wilsons_intervals_are_scipys() {
    for case in golden()["wilson"].as_array().unwrap() {
        let number = |place: usize| case[place].as_f64().unwrap();
        let [low, high] = wilson_interval(number(0) as u64, number(1) as u64, 0.95).unwrap();
        assert!((low - number(2)).abs() < 1e-12 && (high - number(3)).abs() < 1e-12, "{case}: {low} {high}");
    }
}
