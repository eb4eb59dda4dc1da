//! A kind of target that kiln does not have, sets of labels, is added as any kind is: what a file would hold, and a line
//! in a list.

use serde::{Deserialize, Serialize};

use super::classes::{ClassEncoder, Classes};
use super::kind::{TargetEncoding, TargetKind, same_names};
use super::{TargetNumbers, dispatch};
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix};
use crate::{DataError, Description, Inconsistency, Precision};

dispatch::targets! {
    /// One class an item.
    "classes" => Classes(Classes, ClassEncoder) {
        /// Indices into `names`, one an item.
        labels: Vec<u32>,
        /// Names of the classes.
        names: Vec<String>,
    };
    /// Any number of labels an item.
    "labels" => Labels(Labels, LabelEncoder) {
        /// Indices into `names`, a list for each item.
        sets: Vec<Vec<u32>>,
        /// Names of the labels.
        names: Vec<String>,
    };
}

#[derive(Clone, Copy)]
struct Labels<'a> {
    sets: &'a Vec<Vec<u32>>,
    names: &'a Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelEncoder {
    names: Vec<String>,
}

impl<'a> TargetKind<'a> for Labels<'a> {
    const NOUN: &'static str = "sets of labels";
    type Encoder = LabelEncoder;

    fn rows(self) -> Result<usize, Inconsistency> {
        Ok(self.sets.len())
    }

    fn check(self) -> Result<(), Inconsistency> {
        let classes = self.names.len();
        for (row, set) in self.sets.iter().enumerate() {
            if let Some(&label) = set.iter().find(|&&label| label as usize >= classes) {
                return Err(Inconsistency::NoClass { row, label, classes });
            }
        }
        Ok(())
    }

    fn names(self) -> &'a [String] {
        self.names
    }

    fn fingerprint(self, hash: &mut Hash) {
        hash.texts(self.names);
        hash.length(self.sets.len());
        self.sets.iter().for_each(|set| hash.words(set.len(), set.iter().copied()));
    }

    fn describe(self) -> Description {
        let summary = format!("sets of {} labels", self.names.len());
        Description { summary, bytes: None, json: serde_json::json!({ "labels": self.names }), table: None }
    }

    fn digest(self, row: usize, hash: &mut Hash) {
        self.sets.get(row).into_iter().flatten().for_each(|label| hash.word(*label));
    }

    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix) {
        let width = self.names.len();
        let mut numbers = vec![0.0; rows.len() * width];
        for (cells, &row) in numbers.chunks_exact_mut(width.max(1)).zip(rows) {
            self.sets[row].iter().for_each(|&label| cells[label as usize] = 1.0);
        }
        (self.names.clone(), Matrix { numbers, width })
    }

    fn fit(self, _rows: FitRows<'_>, _standardize: bool) -> Result<LabelEncoder, DataError> {
        Ok(LabelEncoder { names: self.names.clone() })
    }

    fn encode(self, encoder: &LabelEncoder, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        same_names(&encoder.names, self.names)?;
        let (_, Matrix { numbers, width }) = self.columns(rows);
        let values = numbers.into_iter().map(|number| number as f32).collect();
        Ok(TargetNumbers::Values { values, width })
    }
}

impl TargetEncoding for LabelEncoder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn is_sound(&self) -> bool {
        !self.names.is_empty()
    }
}

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
fn the_new_kind_is_encoded_and_stored_under_its_name() {
    let target = weather(vec![vec![0, 2], vec![], vec![1]]);
    assert_eq!((target.rows(), target.check(), target.labels()), (Ok(3), Ok(()), None));
    let encoder = target.fit(rows(&[0, 1, 2]), true).unwrap();
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
fn the_new_kind_is_told_from_others() {
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
    let encoder = classes.fit(rows(&[0]), true).unwrap();
    let error = encoder.encode(&one, &[0]).unwrap_err();
    let expected = "this data does not fit the preprocessing: its target is sets of labels, not classes";
    assert_eq!(error.to_string(), expected);
    assert_eq!(weather(vec![vec![3]]).check(), Err(Inconsistency::NoClass { row: 0, label: 3, classes: 3 }));
    assert_eq!((one.noun(), one.describe().summary.as_str()), ("sets of labels", "sets of 3 labels"));
    assert_eq!(one.columns(&[1]).1.numbers, [0.0, 1.0, 0.0]);
}
