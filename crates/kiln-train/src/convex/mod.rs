//! Linear models whose optimum can be certified, and reached.

mod error;
mod rule;
mod solve;

use burn::tensor::{Device, Tensor, TensorData};
use kiln_convex::{Certificate, Design, Loss, Problem};
use kiln_core::{ParamInfo, ParamKind, Weights};
use kiln_data::{Batch, Loader};
use kiln_objective::{ConvexLoss, LossConfig, Penalties, PenaltyConfig};

use crate::{Data, SolverConfig, TrainError};
pub use error::NotConvex;
pub use rule::KktRule;
pub use solve::Solved;

/// A linear model with its training items as a convex problem.
///
/// | loss | penalties | model |
/// |---|---|---|
/// | `mse`; `cross-entropy` (no smoothing, no class weights); `binary-cross-entropy` | L1, L2, elastic net on the weights | one matrix `[features, outputs]`, with a bias or without |
///
/// The numbers it gives are in the unit of the training's objective, `J + λ·R` with `J` the mean loss.
#[derive(Debug, Clone)]
pub struct ConvexModel {
    problem: Problem,
    weight: ParamInfo,
    bias: Option<ParamInfo>,
    /// Objective of the training over that of the problem: the mean squared error has no ½, and is a mean over outputs.
    scale: f64,
}

impl ConvexModel {
    /// The problem that training `params` (of a model on an autodiff device, [`kiln_core::params::list`]) on the
    /// training part of `data` is. The training items are made on
    /// `device` and copied to the host, as f64.
    ///
    /// # Errors
    /// [`TrainError::NotConvex`] for what is not in the table above, [`TrainError::Data`] when the items cannot be
    /// read, [`TrainError::Objective`] for a penalty that matches nothing.
    pub fn new(
        params: &[ParamInfo],
        loss: &LossConfig,
        penalties: &[PenaltyConfig],
        data: &Data<Batch>,
        device: &Device,
    ) -> Result<Self, TrainError> {
        Penalties::new(penalties, params)?;
        let (weight, bias) = linear(params)?;
        let (features, outputs) = (weight.dims[0], weight.dims[1]);
        let (Some(form), None) = (loss.convex(), loss.beyond_convex()) else {
            return Err(NotConvex::Loss { loss: loss.name() }.into());
        };
        let scale = match form {
            ConvexLoss::Squared => 2.0 / outputs as f64,
            // Labels are a problem each.
            ConvexLoss::Binary if outputs != 1 => {
                return Err(NotConvex::Loss { loss: loss.name() }.into());
            }
            ConvexLoss::Softmax | ConvexLoss::Binary => 1.0,
            _ => return Err(NotConvex::Loss { loss: loss.name() }.into()),
        };
        let (mut l1, mut l2) = (0.0, 0.0);
        for (index, penalty) in penalties.iter().enumerate() {
            let key = format!("penalty.{index}");
            if penalty.schedule().is_some() {
                return Err(NotConvex::Scheduled { penalty: key }.into());
            }
            if bias.iter().any(|bias| penalty.params().is_some_and(|params| params.matches(bias))) {
                return Err(NotConvex::Bias { penalty: key }.into());
            }
            let Some(own) = penalty.as_kind().elastic() else {
                return Err(NotConvex::Penalty { penalty: key }.into());
            };
            l1 += own.l1;
            l2 += own.l2;
        }
        let (x, y) = rows(data, device)?;
        let items = y.numbers.len() / y.width;
        let targets = match form {
            ConvexLoss::Squared => Loss::Squared { y: y.numbers, outputs },
            ConvexLoss::Binary => Loss::Binary { y: y.numbers },
            ConvexLoss::Softmax => {
                Loss::Softmax { y: y.numbers.iter().map(|class| *class as usize).collect(), classes: outputs }
            }
            _ => return Err(NotConvex::Loss { loss: loss.name() }.into()),
        };
        let design = Design::new(&x, items, features)?;
        let problem = Problem::new(design, targets, l1 / scale, l2 / scale, bias.is_some())?;
        Ok(Self { problem, weight, bias, scale })
    }

    /// Whether `solver` is for this loss and these penalties.
    ///
    /// # Errors
    /// [`TrainError::Convex`] when it is not.
    pub fn check(&self, solver: SolverConfig) -> Result<(), TrainError> {
        Ok(self.problem.check(solver.into())?)
    }

    /// How far weights (of the same model) are from the optimum at most.
    ///
    /// # Errors
    /// [`TrainError::Convex`] when the weights are those of another model.
    pub fn certificate(&self, weights: &Weights) -> Result<Certificate, TrainError> {
        let found = self.problem.certificate(&self.point(weights))?;
        Ok(Certificate {
            objective: self.scale * found.objective,
            gap: found.gap.map(|gap| self.scale * gap),
            kkt_residual: self.scale * found.kkt_residual,
        })
    }

    /// The weights as a point of the problem: transposed, because the model has `[features, outputs]`.
    fn point(&self, weights: &Weights) -> Vec<f64> {
        let numbers = |info: &ParamInfo| -> Vec<f64> {
            weights.get(&info.path).map(|data| data.iter::<f64>().collect()).unwrap_or_default()
        };
        let outputs = self.weight.dims[1];
        let weight = numbers(&self.weight);
        let mut point: Vec<f64> =
            (0..outputs).flat_map(|k| weight.iter().skip(k).step_by(outputs).copied()).collect();
        match &self.bias {
            Some(bias) => point.extend(numbers(bias)),
            None => point.extend(vec![0.0; outputs]),
        }
        point
    }

    /// A point as the weights of the model.
    fn weights(&self, point: &[f64]) -> Weights {
        let (features, outputs) = (self.weight.dims[0], self.weight.dims[1]);
        let (coef, intercept) = point.split_at(features * outputs);
        let transposed: Vec<f64> =
            (0..features).flat_map(|j| coef.iter().skip(j).step_by(features).copied()).collect();
        let mut weights = Weights::default();
        let data = |numbers: &[f64], dims: &[usize]| {
            TensorData::new(numbers.iter().map(|x| *x as f32).collect(), dims.to_vec())
        };
        weights.insert(self.weight.path.clone(), data(&transposed, &self.weight.dims));
        if let Some(bias) = &self.bias {
            weights.insert(bias.path.clone(), data(intercept, &bias.dims));
        }
        weights
    }
}

/// The matrix and the bias of a linear model.
fn linear(params: &[ParamInfo]) -> Result<(ParamInfo, Option<ParamInfo>), NotConvex> {
    let weights: Vec<_> = params.iter().filter(|info| info.kind == ParamKind::Weight).collect();
    let others: Vec<_> = params.iter().filter(|info| info.kind != ParamKind::Weight).collect();
    match (&weights[..], &others[..]) {
        ([weight], []) if weight.dims.len() == 2 => Ok(((*weight).clone(), None)),
        ([weight], [bias]) if weight.dims.len() == 2 && bias.kind == ParamKind::Bias => {
            Ok(((*weight).clone(), Some((*bias).clone())))
        }
        _ => Err(NotConvex::Model { parameters: params.len() }),
    }
}

struct Target {
    numbers: Vec<f64>,
    /// Numbers in a row.
    width: usize,
}

/// Every training item in its order: features and target.
fn rows(data: &Data<Batch>, device: &Device) -> Result<(Vec<f64>, Target), TrainError> {
    let mut x = Vec::new();
    let mut y = Target { numbers: Vec::new(), width: 1 };
    for batch in Loader::new(data.train.clone(), data.train.at_once())?.pass(device) {
        let Batch { inputs, targets, weights } = batch?.data;
        if weights.is_some() {
            return Err(NotConvex::Weighted.into());
        }
        x.extend(numbers(inputs.flat()));
        let targets = targets.numbers();
        y.width = targets.dims()[1];
        y.numbers.extend(numbers(targets));
    }
    Ok((x, y))
}

fn numbers(tensor: Tensor<2>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}
