//! Time series in JSON.

use std::fmt;

use kiln_data::{Features, Series};
use kiln_experiment::Predictor;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::items::Items;
use super::malformed::malformed;
use crate::refusal::Refusal;

const WANTED: &str = "send {\"series\": [[1.5, null, 2]]}, a list of numbers for each channel, or a list of such records; GET /example \
                      shows one";

/// A series may have so many times the steps of the longest of the training part, so that no request takes all memory.
const LONGER: usize = 4;

/// But always so many.
const STEPS: usize = 1000;

/// Reads `{"series": [[number, …], …]}`, of one channel also `{"series": [number, …]}`, or a list of these.
pub(super) fn prepare(predictor: &Predictor, channels: &[String], body: &[u8]) -> Result<Items, Refusal> {
    let Body { items, is_list } = serde_json::from_slice(body).map_err(|error| malformed(&error, WANTED))?;
    let shape = predictor.input_shape().as_series();
    let longest = shape.map_or(0, |shape| shape.longest).saturating_mul(LONGER).max(STEPS);
    let limits = Limits { channels, window: predictor.window(), longest };
    let steps = items.into_iter().enumerate().map(|(row, item)| limits.steps(row, item));
    let steps = steps.collect::<Result<Vec<_>, _>>()?;
    let series = Series::new(channels, steps);
    let prepared = predictor.prepare(&Features::Series(series)).map_err(|error| Refusal::of(&error))?;
    Ok(Items { prepared, is_list })
}

/// What a series must be.
#[derive(Debug)]
struct Limits<'a> {
    channels: &'a [String],
    /// The steps that a model looks at which forecasts.
    window: Option<usize>,
    longest: usize,
}

impl Limits<'_> {
    /// The numbers of an item step by step; of a model that forecasts those of its last window.
    fn steps(&self, row: usize, Item(item): Item) -> Result<Vec<f64>, Refusal> {
        let refuse = |error: String, column: Option<&String>| {
            Err(Refusal::new(422, error, WANTED).at(row, column.cloned()))
        };
        let (found, expected) = (item.len(), self.channels.len());
        if found != expected {
            let error = format!("row {row} has {found} channels, the model was trained with {expected}");
            return refuse(error, self.channels.get(found));
        }
        let steps = item.first().map_or(0, Vec::len);
        if let Some(place) = item.iter().position(|channel| channel.len() != steps) {
            let (name, own, first) = (&self.channels[place], item[place].len(), &self.channels[0]);
            let error = format!("row {row} has {own} steps of channel {name:?} and {steps} of {first:?}");
            return refuse(error, Some(name));
        }
        let window = self.window.unwrap_or(steps);
        match steps {
            0 => return refuse(format!("row {row} has no step"), None),
            few if few < window => {
                return refuse(format!("row {row} has {few} steps, the model looks at {window}"), None);
            }
            many if many > self.longest => {
                let longest = self.longest;
                let error = format!("row {row} has {many} steps: at most {longest} are taken");
                return Err(Refusal::new(422, error, "send its last steps, or a part of it").at(row, None));
            }
            _ => {}
        }
        let places = steps - window..steps;
        Ok(places.flat_map(|step| item.iter().map(move |channel| channel[step])).collect())
    }
}

/// One series, or a list of them.
#[derive(Debug)]
struct Body {
    items: Vec<Item>,
    is_list: bool,
}

/// The numbers of each channel, NaN where one is missing.
#[derive(Debug)]
struct Item(Vec<Vec<f64>>);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl<'de> Visitor<'de> for Whole {
            type Value = Body;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record with a series, or a list of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Body, A::Error> {
                Ok(Body { items: vec![item(map)?], is_list: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Body, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Body { items, is_list: true })
            }
        }

        deserializer.deserialize_any(Whole)
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Record;

        impl<'de> Visitor<'de> for Record {
            type Value = Item;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record with a series")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
                item(map)
            }
        }

        deserializer.deserialize_map(Record)
    }
}

/// The series of a record. What else it has does not count.
fn item<'de, A: MapAccess<'de>>(mut map: A) -> Result<Item, A::Error> {
    let mut found = None;
    while let Some(name) = map.next_key::<String>()? {
        if name != "series" {
            map.next_value::<serde::de::IgnoredAny>()?;
        } else if found.replace(map.next_value::<Channels>()?).is_some() {
            return Err(A::Error::custom("a record has \"series\" twice"));
        }
    }
    let Channels(channels) = found.ok_or_else(|| A::Error::custom("a record has no \"series\""))?;
    Ok(Item(channels))
}

/// A list of numbers, or a list of such lists.
struct Channels(Vec<Vec<f64>>);

/// What stands in it.
enum Element {
    Number(f64),
    Channel(Vec<f64>),
}

/// A number, or null.
struct Number(f64);

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (mut alone, mut channels) = (Vec::new(), Vec::new());
        for element in Vec::<Element>::deserialize(deserializer)? {
            match element {
                Element::Number(number) => alone.push(number),
                Element::Channel(channel) => channels.push(channel),
            }
            if !alone.is_empty() && !channels.is_empty() {
                return Err(D::Error::custom("a number stands beside a list of numbers"));
            }
        }
        if !alone.is_empty() {
            channels.push(alone);
        }
        Ok(Self(channels))
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Element;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, null or a list of them")
            }

            fn visit_unit<E>(self) -> Result<Element, E> {
                Ok(Element::Number(f64::NAN))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Element, E> {
                Ok(Element::Number(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Element, E> {
                Ok(Element::Number(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Element, E> {
                Ok(Element::Number(number as f64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Element, A::Error> {
                let mut numbers = Vec::new();
                while let Some(Number(number)) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(Element::Channel(numbers))
            }
        }

        deserializer.deserialize_any(One)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(window: Option<usize>, body: &str) -> Result<Vec<Vec<f64>>, (Option<usize>, String)> {
        let channels = ["x", "y"].map(str::to_owned);
        let limits = Limits { channels: &channels, window, longest: 4 };
        let body: Body = serde_json::from_str(body).map_err(|error| (None, error.to_string()))?;
        let steps = body.items.into_iter().enumerate().map(|(row, item)| limits.steps(row, item));
        steps.collect::<Result<_, _>>().map_err(|refusal| (refusal.row, refusal.error))
    }

    #[test]
    fn series_are_read_step_by_step() {
        let both = r#"[{"series": [[1, 2.5], [-3, 4]], "id": {"a": [1]}}, {"series": [[5], [6]]}]"#;
        assert_eq!(read(None, both), Ok(vec![vec![1.0, -3.0, 2.5, 4.0], vec![5.0, 6.0]]));
        // A forecast is made of the last steps.
        assert_eq!(read(Some(1), both), Ok(vec![vec![2.5, 4.0], vec![5.0, 6.0]]));
        let missing = read(None, r#"{"series": [[null, 1], [2, null]]}"#).unwrap();
        assert!(missing[0][0].is_nan() && missing[0][3].is_nan() && missing[0][1..3] == [2.0, 1.0]);
        let Body { items, is_list } = serde_json::from_str(r#"{"series": [1, null, 2]}"#).unwrap();
        assert!(!is_list && items[0].0.len() == 1 && items[0].0[0].len() == 3);
    }

    #[test]
    fn what_is_no_series_is_refused_with_its_place() {
        for (window, body, row, piece) in [
            (None, r#"{"series": [[1], [2]], "series": [[1], [2]]}"#, None, "twice"),
            (None, r#"{"values": [[1], [2]]}"#, None, "has no \"series\""),
            (None, r#"[1, 2]"#, None, "expected a record with a series"),
            (None, r#"7"#, None, "a record with a series, or a list of them"),
            (None, r#"{"series": [[1, "a"], [2, 3]]}"#, None, "invalid type: string \"a\""),
            (None, r#"{"series": [[1, [2]], [2, 3]]}"#, None, "invalid type: sequence"),
            (None, r#"{"series": [1, [2]]}"#, None, "a number stands beside a list of numbers"),
            (
                None,
                r#"[{"series": [[1], [2]]}, {"series": [[1, 2]]}]"#,
                Some(1),
                "row 1 has 1 channels, the model was trained with 2",
            ),
            (
                None,
                r#"{"series": [[1, 2], [3]]}"#,
                Some(0),
                "row 0 has 1 steps of channel \"y\" and 2 of \"x\"",
            ),
            (None, r#"{"series": [[], []]}"#, Some(0), "no step"),
            (None, r#"{"series": [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]}"#, Some(0), "at most 4"),
            (Some(3), r#"{"series": [[1, 2], [3, 4]]}"#, Some(0), "the model looks at 3"),
        ] {
            let (found, error) = read(window, body).unwrap_err();
            assert!(found == row && error.contains(piece), "{body}: {found:?} {error}");
        }
    }
}
