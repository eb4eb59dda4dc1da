//! What the tests of this crate share: golden tensors and comparison.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use kiln_core::{Layout, Weights};
use kiln_testkit::computes_in;

/// The data types the device under test has, each with the tolerance for comparing with float64.
pub(crate) fn precisions() -> Vec<(DType, f64)> {
    [(DType::F64, 1e-12), (DType::F32, 1e-5)].into_iter().filter(|(dtype, _)| computes_in(*dtype)).collect()
}

/// Tensors of a file in `tests/golden`.
pub(crate) struct Golden(Weights);

impl Golden {
    pub(crate) fn open(name: &str) -> Self {
        let path = format!("{}/../../tests/golden/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        Self(Weights::from_safetensors_as(&std::fs::read(path).unwrap(), Layout::Kiln).unwrap())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    pub(crate) fn data(&self, name: &str) -> TensorData {
        self.0.get(name).unwrap_or_else(|| panic!("no golden tensor {name}")).clone()
    }

    pub(crate) fn tensor<const D: usize>(&self, name: &str, dtype: DType, device: &Device) -> Tensor<D> {
        Tensor::from_data(self.data(name).convert_dtype(dtype), (device, dtype))
    }

    pub(crate) fn classes(&self, name: &str, device: &Device) -> Tensor<1, Int> {
        Tensor::from_data(self.data(name), device)
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.data(name).iter::<f64>().collect()
    }
}

pub(crate) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Compares element by element, relative to the larger of 1 and the expected number.
pub(crate) fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let off = (found - expected).abs() / expected.abs().max(1.0);
        assert!(off <= tolerance, "{what}[{i}]: {found} instead of {expected}, off by {off:e}");
    }
}
