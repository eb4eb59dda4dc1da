use super::*;
use crate::hash::Hash;
use crate::preprocess::FitRows;
use crate::{Inconsistency, Precision};

fn rows(rows: &[usize]) -> FitRows<'_> {
    FitRows::new(rows, None, Precision::Double)
}

fn names() -> Vec<String> {
    ["fog", "rain", "wind"].map(str::to_owned).to_vec()
}

fn weather(sets: Vec<Vec<u32>>) -> Target {
    Target::Labels { sets, names: names() }
}

#[test]
fn labels_are_encoded_as_0_and_1_and_stored_under_their_name() {
    let target = weather(vec![vec![0, 2], vec![], vec![1]]);
    assert_eq!((target.rows(), target.check(), target.labels()), (Ok(3), Ok(()), None));
    let encoder = target.fit(rows(&[0, 1, 2]), &scaled()).unwrap();
    assert!(encoder.is_sound());
    assert_eq!(encoder.names(), names());
    let stored = serde_json::to_string(&encoder).unwrap();
    assert_eq!(stored, "{\"labels\":{\"names\":[\"fog\",\"rain\",\"wind\"]}}");
    assert_eq!(serde_json::from_str::<TargetEncoder>(&stored).unwrap(), encoder);
    let batch = encoder.encode(&target, &[2, 0]).unwrap();
    assert_eq!(batch, TargetNumbers::Values { values: vec![0.0, 1.0, 0.0, 1.0, 0.0, 1.0], width: 3 });
    assert_eq!(encoder.unscale(&[0.25, 0.5, 0.75]), [0.25, 0.5, 0.75]);
}

#[test]
fn labels_are_told_from_other_kinds() {
    let (one, other) = (weather(vec![vec![0], vec![1]]), weather(vec![vec![0, 1], vec![]]));
    let fingerprint = |target: &Target| {
        let mut hash = Hash::default();
        target.fingerprint(&mut hash);
        hash.finish()
    };
    assert_ne!(fingerprint(&one), fingerprint(&other));
    let digest = |target: &Target| {
        let mut hash = Hash::default();
        target.digest(0, &mut hash);
        hash.finish()
    };
    assert_ne!(digest(&one), digest(&other));
    let classes = Target::Classes { labels: vec![0], names: names() };
    let encoder = classes.fit(rows(&[0]), &scaled()).unwrap();
    let error = encoder.encode(&one, &[0]).unwrap_err();
    let expected = "this data does not fit the preprocessing: its target is sets of labels, not classes";
    assert_eq!(error.to_string(), expected);
    assert_eq!(weather(vec![vec![3]]).check(), Err(Inconsistency::NoClass { row: 0, label: 3, classes: 3 }));
    assert_eq!((one.noun(), one.describe().summary.as_str()), ("sets of labels", "any of 3 labels"));
    assert_eq!(one.columns(&[1]).1.numbers, [0.0, 1.0, 0.0]);
}

fn scaled() -> crate::Preprocess {
    crate::Preprocess { standardize: true, ..Default::default() }
}
