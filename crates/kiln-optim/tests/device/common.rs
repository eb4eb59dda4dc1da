//! What the tests of this crate share: the golden problem, a model for it, comparison.

use burn::module::{Module, Param};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_core::{Layout, Weights};
use kiln_optim::Gradients;
use kiln_testkit::{computes_in, device};

/// The data types the device under test has, each with the tolerance for comparing with float64.
pub(crate) fn precisions() -> Vec<(DType, f64)> {
    [(DType::F64, 1e-10), (DType::F32, 1e-5)].into_iter().filter(|(dtype, _)| computes_in(*dtype)).collect()
}

/// `tests/golden/optimisers.safetensors`.
pub(crate) fn golden() -> Weights {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/optimisers.safetensors");
    Weights::from_safetensors_as(&std::fs::read(path).unwrap(), Layout::Kiln).unwrap()
}

pub(crate) fn expected(golden: &Weights, name: &str) -> Vec<f64> {
    golden.get(name).unwrap_or_else(|| panic!("no golden tensor {name}")).iter::<f64>().collect()
}

/// The parameters of the golden problem. The name of `bias` makes it a bias.
#[derive(Module, Debug)]
pub(crate) struct Model {
    pub(crate) weight: Param<Tensor<2>>,
    pub(crate) bias: Param<Tensor<1>>,
}

/// Logistic regression plus a quadratic in the bias, as `tests/golden/optimisers.py` has it.
#[derive(Debug)]
pub(crate) struct Problem {
    x: Tensor<2>,
    signs: Tensor<2>,
}

impl Problem {
    pub(crate) fn new(dtype: DType) -> (Self, Model) {
        let golden = golden();
        let device = device().autodiff();
        let model = Model {
            weight: Param::from_tensor(tensor(&golden, "weight", dtype, &device)),
            bias: Param::from_tensor(tensor(&golden, "bias", dtype, &device)),
        };
        let problem =
            Self { x: tensor(&golden, "x", dtype, &device), signs: tensor(&golden, "signs", dtype, &device) };
        (problem, model)
    }

    pub(crate) fn gradients(&self, model: &Model) -> Gradients {
        let logits = self.x.clone().matmul(model.weight.val()).add(model.bias.val().unsqueeze());
        let fit = log_sigmoid(self.signs.clone().mul(logits)).mean().neg();
        let pull = model.bias.val().sub_scalar(3.0).square().sum().mul_scalar(1.0 / 20.0);
        Gradients::of(fit.add(pull).backward(), model)
    }
}

fn tensor<const D: usize>(golden: &Weights, name: &str, dtype: DType, device: &Device) -> Tensor<D> {
    let data: TensorData = golden.get(name).unwrap().clone();
    Tensor::from_data(data.convert_dtype(dtype), (device, dtype))
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
