//! The golden cases, and how values are compared with them.

use kiln_metrics::MetricError;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One case: its inputs and the values of metrics by name.
pub(crate) struct Case(Value);

/// All cases of a kind.
pub(crate) fn cases(kind: &str) -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/metrics_library.json");
    let mut all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let Value::Array(cases) = all[kind].take() else { panic!("no cases of {kind}") };
    assert!(cases.len() >= 25, "{kind}: {}", cases.len());
    cases.into_iter().map(Case).collect()
}

impl Case {
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_value(self.0[name].clone()).unwrap()
    }

    pub(crate) fn weights(&self) -> Option<Vec<f64>> {
        self.get("w")
    }

    /// Compares every value of the case with what `compute` gives for its name, cut at `/`: 1e-12, relative to values above 1.
    /// A value that scikit-learn leaves undefined is an error or NaN.
    pub(crate) fn check(&self, compute: impl Fn(&[&str]) -> Result<Vec<f64>, MetricError>) {
        self.check_some(|name| Some(compute(name)));
    }

    /// The same for those names for which `compute` gives something.
    pub(crate) fn check_some(&self, compute: impl Fn(&[&str]) -> Option<Result<Vec<f64>, MetricError>>) {
        let mut compared = 0;
        for (name, expected) in self.0["values"].as_object().unwrap() {
            let Some(found) = compute(&name.split('/').collect::<Vec<_>>()) else { continue };
            compared += 1;
            let expected: Vec<Option<f64>> = match expected {
                Value::Array(list) => list.iter().map(Value::as_f64).collect(),
                one => vec![one.as_f64()],
            };
            let told = || format!("{name} of {}: {found:?} for {expected:?}", self.0);
            match &found {
                Ok(found) => {
                    assert_eq!(found.len(), expected.len(), "{}", told());
                    for (&found, expected) in found.iter().zip(&expected) {
                        let same = match expected {
                            Some(expected) => (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                            None => !found.is_finite(),
                        };
                        assert!(same, "{}", told());
                    }
                }
                Err(_) => assert_eq!(expected, [None], "{}", told()),
            }
        }
        assert!(compared > 0);
    }
}

/// One value as a list.
pub(crate) fn one(value: Result<f64, MetricError>) -> Result<Vec<f64>, MetricError> {
    value.map(|value| vec![value])
}

/// Three batches of `items`, one of them empty.
pub(crate) fn batches(items: usize) -> [std::ops::Range<usize>; 3] {
    [0..items / 3, items / 3..items / 3, items / 3..items]
}
