//! Images as arrays in JSON.

use std::fmt;

use kiln_data::{Features, Images};
use kiln_experiment::Predictor;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::items::Items;
use super::malformed::malformed;
use super::shapes::{channels_first, known, reading};
use crate::refusal::Refusal;

/// Lists in lists in an array: a list of images has four.
const DEEPEST: usize = 4;

/// Reads one image or a list of them, for a model of images `[channels, height, width]`.
pub(super) fn prepare(predictor: &Predictor, shape: [usize; 3], body: &[u8]) -> Result<Items, Refusal> {
    let mut array = Array::default();
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Level { array: &mut array, depth: 0 }.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| malformed(&error, &known(shape)))?;
    let Some(reading) = reading(&array.dims, shape) else {
        let found: String = array.dims.iter().map(|dim| format!("[{dim}]")).collect();
        let error = format!("the array is {found}, the model was trained with {shape:?}");
        return Err(Refusal::new(422, error, known(shape)));
    };
    let pixels = if reading.channels_last { channels_first(&array.pixels, shape) } else { array.pixels };
    let features = Features::Images(Images::new(pixels, shape));
    let prepared = predictor.prepare(&features).map_err(|error| Refusal::of(&error))?;
    Ok(Items { prepared, is_list: reading.is_list })
}

/// An array of bytes, while it is read.
#[derive(Debug, Default)]
struct Array {
    pixels: Vec<u8>,
    /// The sizes, outermost first, of the lists that have ended.
    dims: Vec<usize>,
    /// How deep the numbers are, once there is one.
    leaves: Option<usize>,
    /// The place that is read.
    place: Vec<usize>,
}

impl Array {
    fn at(&self) -> String {
        self.place.iter().map(|index| format!("[{index}]")).collect()
    }

    fn push<E: Error>(&mut self, depth: usize, number: f64) -> Result<(), E> {
        if depth == 0 {
            return Err(E::custom("a number alone is no image"));
        }
        if *self.leaves.get_or_insert(depth) != depth {
            return Err(E::custom(format!("{} is a number, where others are lists", self.at())));
        }
        if number.fract() != 0.0 || !(0.0..=255.0).contains(&number) {
            return Err(E::custom(format!("pixel {} is {number}", self.at())));
        }
        self.pixels.push(number as u8);
        Ok(())
    }

    /// A list at `depth` has ended.
    fn ended<E: Error>(&mut self, depth: usize, length: usize) -> Result<(), E> {
        if self.dims.len() <= depth {
            // Lists end from the inside, so those around it get their size later.
            self.dims.resize(depth + 1, usize::MAX);
        }
        let known = self.dims[depth];
        if known != usize::MAX && known != length {
            let at = self.at();
            return Err(E::custom(format!("list {at} has {length} elements, others have {known}")));
        }
        self.dims[depth] = length;
        Ok(())
    }
}

/// What stands at a depth of the array.
struct Level<'a> {
    array: &'a mut Array,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 0 to 255 or a list at {}", self.array.at())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.array.push(self.depth, number as f64)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.array.push(self.depth, number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.array.push(self.depth, number)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { array, depth } = self;
        if depth == DEEPEST || array.leaves.is_some_and(|leaves| leaves <= depth) {
            return Err(A::Error::custom(format!("{} is a list, where a number is expected", array.at())));
        }
        let mut length = 0;
        array.place.push(0);
        while list.next_element_seed(Level { array: &mut *array, depth: depth + 1 })?.is_some() {
            length += 1;
            if let Some(place) = array.place.last_mut() {
                *place = length;
            }
        }
        array.place.pop();
        array.ended(depth, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<usize>, Vec<u8>), String> {
        let mut array = Array::default();
        let mut json = serde_json::Deserializer::from_str(text);
        Level { array: &mut array, depth: 0 }.deserialize(&mut json).map_err(|error| error.to_string())?;
        Ok((array.dims, array.pixels))
    }

    #[test]
    fn arrays_have_sizes() {
        assert_eq!(read("[[1, 2, 3], [4, 5, 255.0]]"), Ok((vec![2, 3], vec![1, 2, 3, 4, 5, 255])));
        assert_eq!(read("[[[[0]]]]"), Ok((vec![1, 1, 1, 1], vec![0])));
        assert_eq!(read("[]"), Ok((vec![0], vec![])));
    }

    #[test]
    fn what_is_no_array_of_bytes_is_named_with_its_place() {
        let cases = [
            ("[[1, 2], [3]]", "list [1] has 1 elements, others have 2"),
            ("[[1, 2], 3]", "[1] is a number, where others are lists"),
            ("[[1, 2], [3, [4]]]", "[1][1] is a list, where a number is expected"),
            ("[[[[[1]]]]]", "[0][0][0][0] is a list, where a number is expected"),
            ("[[0, 256]]", "pixel [0][1] is 256"),
            ("[[0, -1]]", "pixel [0][1] is -1"),
            ("[[0, 0.5]]", "pixel [0][1] is 0.5"),
            ("[[0, \"1\"]]", "expected a whole number from 0 to 255 or a list at [0][1]"),
            ("[[0, null]]", "expected a whole number from 0 to 255 or a list at [0][1]"),
            ("{\"image\": [[0]]}", "invalid type: map"),
            ("7", "a number alone is no image"),
        ];
        for (text, piece) in cases {
            let error = read(text).unwrap_err();
            assert!(error.contains(piece), "{text}: {error}");
        }
    }
}
