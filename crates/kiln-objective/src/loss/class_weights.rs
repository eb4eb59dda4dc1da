//! What each class counts in a loss.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use kiln_core::{Range, nearest};
#[cfg(feature = "schema")]
use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::ObjectiveError;
use crate::schema::JsonSchema;

/// What each class counts in a loss.
///
/// In a configuration it is a list in the order of the classes, a table by their names, or `"balanced"`. By name and
/// `"balanced"` need the classes: [`LossConfig::for_classes`](crate::LossConfig::for_classes) makes a list of them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
#[non_exhaustive]
pub enum ClassWeights {
    /// All count 1.
    #[default]
    Equal,
    /// One weight for each class, in their order.
    List(Vec<f64>),
    /// By the names of the classes. A class that is not named counts 1.
    Named(BTreeMap<String, f64>),
    /// `n / (K nᵧ)` for a class with `nᵧ` of `n` training items among `K` classes that have some: scikit-learn's
    /// `class_weight="balanced"`. Weights of items count. A class without training items counts 1.
    Balanced,
}

impl ClassWeights {
    /// Whether all count 1.
    pub fn is_equal(&self) -> bool {
        *self == Self::Equal
    }

    /// The weights in the order of the classes; `None` where all count 1, or the classes are not known yet.
    pub fn list(&self) -> Option<&[f64]> {
        if let Self::List(weights) = self { Some(weights) } else { None }
    }

    /// A list for the classes `names`. `counts`: the training items of each, by their weights; without them, where
    /// nothing is trained, `"balanced"` counts 1.
    pub(super) fn for_classes(
        &self,
        names: &[String],
        counts: Option<&[f64]>,
    ) -> Result<Self, ObjectiveError> {
        match self {
            Self::Equal | Self::List(_) => Ok(self.clone()),
            Self::Named(weights) => {
                if let Some(name) = weights.keys().find(|name| !names.contains(name)) {
                    let nearest = nearest(name, names.iter().map(String::as_str));
                    let (name, classes) = (name.clone(), names.to_vec());
                    return Err(ObjectiveError::UnknownClass { name, nearest, classes });
                }
                Ok(Self::List(names.iter().map(|name| weights.get(name).copied().unwrap_or(1.0)).collect()))
            }
            Self::Balanced => Ok(counts.map_or(Self::Equal, |counts| Self::List(balanced(counts)))),
        }
    }

    /// Whether they are positive, and as many as classes.
    pub(super) fn check(&self, classes: usize) -> Result<(), ObjectiveError> {
        let positive = |name: String, weight: f64| Range::POSITIVE.check(&name, weight).map(|_| ());
        match self {
            Self::Equal => Ok(()),
            Self::List(weights) => {
                for (class, weight) in weights.iter().enumerate() {
                    positive(format!("loss.class_weights[{class}]"), *weight)?;
                }
                let found = weights.len();
                if found == classes { Ok(()) } else { Err(ObjectiveError::ClassWeights { found, classes }) }
            }
            Self::Named(weights) => {
                for (name, weight) in weights {
                    positive(format!("loss.class_weights.{name}"), *weight)?;
                }
                Err(ObjectiveError::ClassesNotKnown)
            }
            Self::Balanced => Err(ObjectiveError::ClassesNotKnown),
        }
    }
}

fn balanced(counts: &[f64]) -> Vec<f64> {
    let all: f64 = counts.iter().sum();
    let classes = counts.iter().filter(|count| **count > 0.0).count() as f64;
    counts.iter().map(|count| if *count > 0.0 { all / (classes * count) } else { 1.0 }).collect()
}

impl From<Vec<f64>> for ClassWeights {
    fn from(weights: Vec<f64>) -> Self {
        if weights.is_empty() { Self::Equal } else { Self::List(weights) }
    }
}

impl<N: Into<String>, const K: usize> From<[(N, f64); K]> for ClassWeights {
    fn from(weights: [(N, f64); K]) -> Self {
        Self::Named(weights.into_iter().map(|(name, weight)| (name.into(), weight)).collect())
    }
}

/// As a list would be shown: checkpoints keep a loss so.
impl fmt::Debug for ClassWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => f.write_str("[]"),
            Self::List(weights) => weights.fmt(f),
            Self::Named(weights) => weights.fmt(f),
            Self::Balanced => f.write_str("balanced"),
        }
    }
}

/// As it stands in a configuration.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a list of numbers, a table of numbers by class, or \"balanced\"")]
#[schemars(extend("x-takes" = "a list of numbers, a table of numbers by class, or \"balanced\""))]
enum Stored {
    List(Vec<f64>),
    Named(BTreeMap<String, f64>),
    Word(Word),
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Word {
    Balanced,
}

impl From<Stored> for ClassWeights {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::List(weights) => weights.into(),
            Stored::Named(weights) => Self::Named(weights),
            Stored::Word(Word::Balanced) => Self::Balanced,
        }
    }
}

impl From<ClassWeights> for Stored {
    fn from(weights: ClassWeights) -> Self {
        match weights {
            ClassWeights::Equal => Self::List(Vec::new()),
            ClassWeights::List(weights) => Self::List(weights),
            ClassWeights::Named(weights) => Self::Named(weights),
            ClassWeights::Balanced => Self::Word(Word::Balanced),
        }
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for ClassWeights {
    fn schema_name() -> Cow<'static, str> {
        "ClassWeights".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Stored::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_written_comes_back() {
        let named = ClassWeights::from([("no", 1.0), ("yes", 3.0)]);
        for (weights, text) in [
            (ClassWeights::Equal, "[]"),
            (vec![1.0, 2.5].into(), "[1.0,2.5]"),
            (named, r#"{"no":1.0,"yes":3.0}"#),
            (ClassWeights::Balanced, r#""balanced""#),
        ] {
            assert_eq!(serde_json::to_string(&weights).unwrap(), text);
            assert_eq!(serde_json::from_str::<ClassWeights>(text).unwrap(), weights);
        }
        let error = serde_json::from_str::<ClassWeights>("\"equal\"").unwrap_err().to_string();
        assert!(
            error.starts_with("a list of numbers, a table of numbers by class, or \"balanced\""),
            "{error}"
        );
        // Checkpoints of older runs hold a loss in this form.
        assert_eq!(format!("{:?} {:?}", ClassWeights::Equal, ClassWeights::List(vec![0.5])), "[] [0.5]");
    }

    /// `sklearn.utils.class_weight.compute_class_weight("balanced")`, by `tests/golden/decisions.py`.
    #[test]
    fn balanced_weights_are_those_of_scikit_learn() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/decisions.json");
        let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for case in golden["cases"].as_array().unwrap() {
            let list = |name: &str| serde_json::from_value::<Vec<f64>>(case[name].clone()).unwrap();
            let (counts, wanted) = (list("counts"), list("balanced"));
            let classes: Vec<String> = (0..counts.len()).map(|class| class.to_string()).collect();
            let found = ClassWeights::Balanced.for_classes(&classes, Some(&counts)).unwrap();
            for (found, wanted) in found.list().unwrap().iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-12);
            }
        }
        let absent = ClassWeights::Balanced.for_classes(&names(&["a", "b"]), Some(&[4.0, 0.0])).unwrap();
        assert_eq!(absent, ClassWeights::List(vec![1.0, 1.0]));
        assert_eq!(ClassWeights::Balanced.for_classes(&names(&["a", "b"]), None), Ok(ClassWeights::Equal));
    }

    #[test]
    fn classes_are_weighed_by_name() {
        let weights = ClassWeights::from([("yes", 3.0)]);
        assert_eq!(weights.for_classes(&names(&["no", "yes"]), None), Ok(ClassWeights::List(vec![1.0, 3.0])));
        let error = weights.for_classes(&names(&["No", "Yes"]), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "loss.class_weights names the class \"yes\", which the data do not have"
        );
        assert!(matches!(error, ObjectiveError::UnknownClass { nearest: Some(near), .. } if near == "Yes"));
    }
}
