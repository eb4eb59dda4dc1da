//! The spectral penalty.

use std::fmt;

use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{NumberError, ParamSelection, Range, Seed, check};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use crate::schema::JsonSchema;
use crate::units::matrix;

/// `λ/2 σ(W)²`, σ the largest singular value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SpectralConfig::new(1e-3))]
pub struct SpectralConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// Rounds of the power iteration, at least 1. Default 20. They begin at the same vector at every step.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1))]
    pub iterations: usize,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

fn twenty() -> usize {
    20
}

impl SpectralConfig {
    /// λ on the weights, by 20 rounds, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, iterations: twenty(), params: ParamSelection::Weights, schedule: None }
    }
}

impl PenaltyKind for SpectralConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: false,
        }
    }

    fn check(&self, key: &str) -> Result<(), NumberError> {
        check::at_least(&format!("{key}.iterations"), self.iterations, 1)?;
        Ok(())
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(Spectral { strength: self.strength, iterations: self.iterations }))
    }

    fn formula(&self) -> String {
        "λ/2·Σσ(W)² (σ the largest singular value)".to_owned()
    }
}

/// `λ/2 σ(W)²`, σ the largest singular value (Yoshida and Miyato: Spectral norm regularization, 2017). A filter bank is the
/// matrix `[outputs, inputs · kernel]`, as there; a vector is a matrix of one row.
///
/// σ is found by power iteration from a fixed vector, anew at every step: nothing is kept between steps. Where the two largest
/// singular values are close it finds a little less. Gradient `λ σ u vᵀ`, with the singular vectors taken as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectral {
    /// λ, at least 0.
    pub strength: f64,
    /// Rounds of the power iteration, at least 1.
    pub iterations: usize,
}

impl Spectral {
    /// The matrix and its right singular vector `[columns, 1]`, of length 1.
    fn parts(&self, weight: WeightView<'_>) -> (Tensor<2>, Tensor<2>) {
        let matrix = matrix(weight.flat, weight.dims);
        let still = matrix.clone().detach();
        let columns = still.dims()[1];
        let draws: Vec<f64> = (0..columns as u64).map(|i| Seed::new(0).uniform(i) - 0.5).collect();
        let data = TensorData::new(draws, [columns, 1]).convert_dtype(still.dtype());
        let mut vector = Tensor::<2>::from_data(data, (&still.device(), still.dtype()));
        for _ in 0..self.iterations {
            vector = still.clone().transpose().matmul(still.clone().matmul(unit(vector)));
        }
        (matrix, unit(vector).detach())
    }
}

/// A vector with length 1; zero stays zero.
fn unit(vector: Tensor<2>) -> Tensor<2> {
    let tiny = if vector.dtype() == DType::F64 { 1e-290 } else { 1e-30 };
    // By its largest element first, so that squares neither vanish nor overflow.
    let largest = vector.clone().abs().max().clamp_min(tiny).reshape([1, 1]);
    let scaled = vector.div(largest);
    let norm = scaled.clone().square().sum().sqrt().clamp_min(tiny).reshape([1, 1]);
    scaled.div(norm)
}

impl Penalty for Spectral {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        let (matrix, vector) = self.parts(weight);
        matrix.matmul(vector).square().sum().mul_scalar(self.strength / 2.0)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        let (matrix, vector) = self.parts(weight);
        let image = matrix.matmul(vector.clone());
        Some(image.matmul(vector.transpose()).mul_scalar(self.strength).reshape([-1]))
    }
}

impl fmt::Display for Spectral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "½ σ(W)²")
    }
}
