//! Optimisers that look at a layer as a whole: LAMB and Muon.

use serde::{Deserialize, Serialize};

/// LAMB, as `timm.optim.Lamb` without its clipping of the global norm (`max_grad_norm = None`): set `train.clip_norm`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LambConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-6.
    pub eps: f64,
    /// Weight decay, added to the update before its size is set, at least 0. Default 0.01.
    pub weight_decay: f64,
    /// Whether the trust ratio is at most 1 (LAMBC). Default false.
    pub trust_clip: bool,
    /// Whether the trust ratio also acts on parameters without decay. Default false.
    pub always_adapt: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for LambConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            betas: [0.9, 0.999],
            eps: 1e-6,
            weight_decay: 1e-2,
            trust_clip: false,
            always_adapt: false,
            decay_all: true,
        }
    }
}

/// How Muon's learning rate depends on the shape of a matrix with A outputs and B inputs; PyTorch's names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustLr {
    /// `√max(1, A/B)`, as Jordan has it.
    #[default]
    Original,
    /// `0.2 √max(A, B)`: updates as large as AdamW's, so that its learning rate and decay fit.
    MatchRmsAdamw,
    /// `√(A/B)`, as Bernstein has it.
    SpectralUnclamped,
}

/// Muon, as `torch.optim.Muon`, for matrices. PyTorch refuses every other parameter and asks for AdamW there; here
/// AdamW updates them, with the same decay, betas 0.9 and 0.999 and eps 1e-8.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MuonConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decoupled weight decay, at least 0. Default 0.1.
    pub weight_decay: f64,
    /// `[0, 1)`. Default 0.95.
    pub momentum: f64,
    /// Nesterov's momentum. Default true.
    pub nesterov: bool,
    /// The polynomial `a x + b x³ + c x⁵` of the Newton–Schulz iteration. Default `[3.4445, -4.775, 2.0315]`.
    pub ns_coefficients: [f64; 3],
    /// Smallest norm that the matrix is divided by, positive. Default 1e-7.
    pub eps: f64,
    /// Newton–Schulz iterations, less than 100. Default 5.
    pub ns_steps: usize,
    /// How the learning rate depends on the shape. Default `original`.
    pub adjust_lr_fn: AdjustLr,
    /// Learning rate of AdamW for what is no matrix, at least 0, before the schedule. Default: `lr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adamw_lr: Option<f64>,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for MuonConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            weight_decay: 0.1,
            momentum: 0.95,
            nesterov: true,
            ns_coefficients: [3.4445, -4.775, 2.0315],
            eps: 1e-7,
            ns_steps: 5,
            adjust_lr_fn: AdjustLr::Original,
            adamw_lr: None,
            decay_all: true,
        }
    }
}
