//! Activation functions, by PyTorch's definitions.

use burn::tensor::{Tensor, activation};
use kiln_kernels::{Act, NormAct};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// An activation function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x` where positive, else `0.01 x`.
    LeakyRelu,
    /// `x Φ(x)`, exact (with erf), as PyTorch's default.
    Gelu,
    /// `x σ(x)`, also called swish.
    Silu,
    /// `λ x` where positive, else `λ α (eˣ − 1)` (Klambauer and others: Self-normalizing neural networks, 2017); RealMLP's for classes.
    Selu,
    /// `x tanh(ln(1 + eˣ))` (Misra 2019); RealMLP's for numbers.
    Mish,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `x · relu6(x + 3) / 6` (Howard and others: Searching for MobileNetV3, 2019).
    HardSwish,
    /// `relu6(x + 3) / 6`.
    HardSigmoid,
    /// None: the layers stay linear.
    Identity,
}

impl Activation {
    /// Applies the function to every element.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => activation::relu(x),
            Self::LeakyRelu => activation::leaky_relu(x, 0.01),
            Self::Gelu => kiln_kernels::gelu(x),
            Self::Silu => kiln_kernels::silu(x),
            Self::Selu => kiln_kernels::selu(x),
            Self::Mish => kiln_kernels::mish(x),
            Self::Tanh => activation::tanh(x),
            Self::Sigmoid => kiln_kernels::sigmoid(x),
            Self::HardSwish => kiln_kernels::hard_swish(x),
            Self::HardSigmoid => kiln_kernels::hard_sigmoid(x),
            Self::Identity => x,
        }
    }

    /// The part that the operation before can take over, and what is left to do.
    pub(crate) fn split(self) -> (Act, Self) {
        match self {
            Self::Relu => (Act::Relu, Self::Identity),
            other => (Act::None, other),
        }
    }

    /// The part that a batch norm before can take over, and what is left to do.
    pub(crate) fn split_behind_norm(self) -> (NormAct, Self) {
        match self {
            Self::Relu => (NormAct::Relu, Self::Identity),
            Self::HardSwish => (NormAct::HardSwish, Self::Identity),
            other => (NormAct::None, other),
        }
    }

    /// The name in a configuration: `relu`, `leaky-relu`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky-relu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Selu => "selu",
            Self::Mish => "mish",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::HardSwish => "hard-swish",
            Self::HardSigmoid => "hard-sigmoid",
            Self::Identity => "identity",
        }
    }

    /// Whether `x <= y` gives `f(x) <= f(y)`, so that the function and a maximum can change places.
    pub(crate) fn is_monotone(self) -> bool {
        !matches!(self, Self::Gelu | Self::Silu | Self::Mish | Self::HardSwish)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::DType;
    use kiln_testkit::{assert_close, device, gradient_check};

    use super::*;

    const ALL: [Activation; 11] = [
        Activation::Relu,
        Activation::LeakyRelu,
        Activation::Gelu,
        Activation::Silu,
        Activation::Selu,
        Activation::Mish,
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::HardSwish,
        Activation::HardSigmoid,
        Activation::Identity,
    ];

    #[test]
    fn values_are_pytorchs() {
        // torch.nn.functional in float64 at [-30, -3, -0.5, 0, 0.5, 3, 30], PyTorch 2.15:
        let x = [-30.0, -3.0, -0.5, 0.0, 0.5, 3.0, 30.0_f32];
        #[rustfmt::skip]
        let expected = [
            [0.0, 0.0, 0.0, 0.0, 0.5, 3.0, 30.0],
            [-0.3, -0.03, -0.005, 0.0, 0.5, 3.0, 30.0],
            [0.0, -0.004_049_694_094_9, -0.154_268_769_4, 0.0, 0.345_731_230_6, 2.995_950_305_9, 30.0],
            [-2.807_286_9e-12, -0.142_277_619_5, -0.188_770_334_4, 0.0, 0.311_229_665_6, 2.857_722_380_5, 30.0],
            [-1.758_099_340_847, -1.670_568_728_767, -0.691_758_187_803, 0.0, 0.525_350_493_678, 3.152_102_962_066, 31.521_029_620_664],
            [-2.807_286_9e-12, -0.145_647_461_3, -0.220_743_774_7, 0.0, 0.375_245_211_3, 2.986_535_005_0, 30.0],
            [-1.0, -0.995_054_753_7, -0.462_117_157_3, 0.0, 0.462_117_157_3, 0.995_054_753_7, 1.0],
            [9.357_623e-14, 0.047_425_873_2, 0.377_540_668_8, 0.5, 0.622_459_331_2, 0.952_574_126_8, 1.0],
            [0.0, 0.0, -0.208_333_333_3, 0.0, 0.291_666_666_7, 3.0, 30.0],
            [0.0, 0.0, 0.416_666_666_7, 0.5, 0.583_333_333_3, 1.0, 1.0],
            [-30.0, -3.0, -0.5, 0.0, 0.5, 3.0, 30.0_f64],
        ];
        for (activation, expected) in ALL.into_iter().zip(expected) {
            let actual = activation.forward(Tensor::<1>::from_data(x, &device())).into_data();
            assert_close(&actual, &expected.into(), 2e-6, 1e-6);
        }
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        if !device().supports_dtype(DType::F64) {
            return;
        }
        // Burn computes the sigmoid in f32 on some backends, whatever the type: too coarse for differences.
        let half = Tensor::<1>::from_data([0.5f64], (&device(), DType::F64));
        let coarse =
            (Activation::Sigmoid.forward(half).into_scalar::<f64>() - 0.622_459_331_201_854_6).abs() > 1e-12;
        for activation in ALL {
            if coarse && matches!(activation, Activation::Sigmoid | Activation::Silu) {
                continue;
            }
            gradient_check(|x| activation.forward(x), &[-4.0, -1.3, -0.2, 0.1, 0.9, 3.5], 1e-6);
        }
    }

    #[test]
    fn the_monotone_ones_are_monotone_and_the_others_are_not() {
        let x: Vec<f32> = (-400..=400).map(|i| i as f32 / 50.0).collect();
        for activation in ALL {
            let y = activation.forward(Tensor::<1>::from_data(x.as_slice(), &device())).into_data();
            let y: Vec<f32> = y.iter().collect();
            let rises = y.windows(2).all(|pair| pair[0] <= pair[1]);
            assert_eq!(rises, activation.is_monotone(), "{}", activation.name());
        }
    }

    #[test]
    fn names_are_those_of_the_configuration() {
        for activation in ALL {
            let json = serde_json::to_string(&activation).unwrap();
            assert_eq!(json, format!("{:?}", activation.name()));
        }
    }
}
