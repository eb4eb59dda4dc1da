//! Golden images and their cases.

use std::path::Path;

use kiln_augment::{Border, Fill, Image, Interpolation, Pixel};
use kiln_core::Weights;
use serde_json::Value;

/// The cases of `tests/golden/augment.json` and the images of `augment.safetensors`.
pub(crate) struct Goldens {
    pub(crate) json: Value,
    tensors: Weights,
}

impl Goldens {
    pub(crate) fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/augment.json");
        let json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Self { json, tensors: kiln_testkit::golden("augment") }
    }

    pub(crate) fn cases(&self) -> &[Value] {
        self.json["cases"].as_array().unwrap()
    }

    /// Whether an image is of floats.
    pub(crate) fn is_float(&self, name: &str) -> bool {
        self.tensors.get(name).unwrap().as_slice::<f32>().is_ok()
    }

    pub(crate) fn image<T: Pixel + Stored>(&self, name: &str) -> Image<T> {
        let data = self.tensors.get(name).unwrap_or_else(|| panic!("no {name}"));
        let dims: [usize; 3] = data.shape().to_vec().try_into().unwrap();
        Image::from_pixels(dims, T::of(data)).unwrap()
    }

    pub(crate) fn numbers(&self, name: &str) -> &[f32] {
        self.tensors.get(name).unwrap().as_slice::<f32>().unwrap()
    }
}

/// A pixel that golden files have.
pub(crate) trait Stored: Sized {
    fn of(data: &burn::tensor::TensorData) -> Vec<Self>;
}

impl Stored for u8 {
    fn of(data: &burn::tensor::TensorData) -> Vec<Self> {
        data.as_slice::<u8>().unwrap().to_vec()
    }
}

impl Stored for f32 {
    fn of(data: &burn::tensor::TensorData) -> Vec<Self> {
        data.as_slice::<f32>().unwrap().to_vec()
    }
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

pub(crate) fn array<const N: usize>(value: &Value) -> [f64; N] {
    numbers(value).try_into().unwrap()
}

pub(crate) fn fill(value: &Value) -> Fill {
    if value.is_null() { Fill::BLACK } else { Fill::new(&numbers(value)).unwrap() }
}

pub(crate) fn interpolation(value: &Value) -> Interpolation {
    serde_json::from_value(value.clone()).unwrap()
}

pub(crate) fn border(args: &Value) -> Border {
    match args["border"].as_str().unwrap() {
        "constant" => Border::Constant(fill(&args["fill"])),
        "reflect" => Border::Reflect,
        _ => Border::Edge,
    }
}
