//! What is predicted for an item, in words.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// What a model predicts for one item: a class with the probability of each, the probability of each label, or numbers in the units of
/// the data.
///
/// As JSON it is what `kiln predict` writes: `{"prediction": "cat", "probabilities": {"cat": 0.75, "dog": 0.25}}`, or
/// `{"prediction": {"price": 3.5}}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction<'a> {
    names: &'a [String],
    what: Predicted,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Predicted {
    /// The place of the class, and the probability of each.
    Class(usize, Vec<f32>),
    Numbers(Vec<f64>),
}

impl<'a> Prediction<'a> {
    pub(super) fn new(names: &'a [String], what: Predicted) -> Self {
        Self { names, what }
    }

    /// The class; `None` where numbers are predicted.
    pub fn class(&self) -> Option<&'a str> {
        self.names.get(self.class_index()?).map(String::as_str)
    }

    /// The place of the class among the [names](Prediction::names), from 0; `None` where numbers are predicted.
    pub fn class_index(&self) -> Option<usize> {
        if let Predicted::Class(class, _) = self.what { Some(class) } else { None }
    }

    /// The probability of each class, `[0, 1]`, in the order of the [names](Prediction::names); `None` where numbers are predicted.
    pub fn probabilities(&self) -> Option<&[f32]> {
        if let Predicted::Class(_, probabilities) = &self.what { Some(probabilities) } else { None }
    }

    /// The numbers, in the order of the [names](Prediction::names) and in the units of the data; of labels their probabilities. `None`
    /// where classes are predicted.
    pub fn values(&self) -> Option<&[f64]> {
        if let Predicted::Numbers(numbers) = &self.what { Some(numbers) } else { None }
    }

    /// The probability of the class or the label, or the number of the target column, that has this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let place = self.names.iter().position(|known| known == name)?;
        match &self.what {
            Predicted::Class(_, probabilities) => probabilities.get(place).map(|share| f64::from(*share)),
            Predicted::Numbers(numbers) => numbers.get(place).copied(),
        }
    }

    /// The names of the classes, the labels, or the target columns.
    pub fn names(&self) -> &'a [String] {
        self.names
    }
}

impl Serialize for Prediction<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by_name = ByName(self);
        let mut map = serializer.serialize_map(Some(1 + usize::from(self.class().is_some())))?;
        match self.class() {
            Some(class) => {
                map.serialize_entry("prediction", class)?;
                map.serialize_entry("probabilities", &by_name)?;
            }
            None => map.serialize_entry("prediction", &by_name)?,
        }
        map.end()
    }
}

/// The numbers of a prediction with their names.
struct ByName<'a>(&'a Prediction<'a>);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.names.iter();
        match &self.0.what {
            Predicted::Class(_, probabilities) => serializer.collect_map(names.zip(probabilities)),
            Predicted::Numbers(numbers) => serializer.collect_map(names.zip(numbers)),
        }
    }
}
