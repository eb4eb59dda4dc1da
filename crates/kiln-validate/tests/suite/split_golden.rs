//! Lists without shuffling, against scikit-learn's: `tests/golden/splitters.py`.

use std::path::Path;

use kiln_validate::split::{
    GroupKFold, Items, KFold, LeaveOneGroupOut, LeaveOneOut, LeavePOut, PredefinedSplit, Splitter,
    StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit,
};
use serde_json::Value;

fn splitter(case: &Value) -> Box<dyn Splitter> {
    let setting = |name: &str| case["settings"][name].as_u64().map(|value| value as usize);
    let folds = setting("n_splits").unwrap_or(0);
    let shuffle = None;
    match case["splitter"].as_str().unwrap() {
        "KFold" => Box::new(KFold { folds, shuffle }),
        "StratifiedKFold" => Box::new(StratifiedKFold { folds, shuffle }),
        "GroupKFold" => Box::new(GroupKFold { folds, shuffle }),
        "StratifiedGroupKFold" => Box::new(StratifiedGroupKFold { folds, shuffle }),
        "LeaveOneOut" => Box::new(LeaveOneOut),
        "LeaveOneGroupOut" => Box::new(LeaveOneGroupOut),
        "LeavePOut" => Box::new(LeavePOut { p: setting("p").unwrap() }),
        "TimeSeriesSplit" => Box::new(TimeSeriesSplit {
            folds,
            max_train_size: setting("max_train_size"),
            test_size: setting("test_size"),
            gap: setting("gap").unwrap_or(0),
        }),
        "PredefinedSplit" => {
            let folds = case["settings"]["test_fold"].as_array().unwrap().iter();
            Box::new(PredefinedSplit { test_fold: folds.map(|f| f.as_u64().map(|f| f as u32)).collect() })
        }
        other => unreachable!("{other}"),
    }
}

fn numbers(value: &Value) -> Option<Vec<u32>> {
    serde_json::from_value(value.clone()).unwrap()
}

#[test]
fn unshuffled_lists_equal_scikit_learns() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/splitters.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let (labels, groups) = (numbers(&case["labels"]), numbers(&case["groups"]));
        let mut items = Items::new(case["items"].as_u64().unwrap() as usize);
        if let Some(labels) = &labels {
            items = items.labels(labels);
        }
        if let Some(groups) = &groups {
            items = items.groups(groups);
        }
        let folds = splitter(case).split(&items).unwrap();
        let found: Vec<Value> = folds
            .iter()
            .map(|fold| serde_json::json!({ "train": fold.train(), "test": fold.test() }))
            .collect();
        assert_eq!(Value::Array(found), case["folds"], "{} {}", case["splitter"], case["settings"]);
    }
}
