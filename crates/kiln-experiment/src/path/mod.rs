//! Regularisation paths: a model for every strength of a penalty, and the strength that held-out items pick.
//!
//! A linear model is solved, from the strength at which all coefficients are zero downwards. Any other model is trained,
//! from its dense weights through rising strengths until nothing of them is left.

mod folds;
mod further;
mod judge;
mod penalty;
mod report;
mod run;
mod save;
mod settings;
mod solved;
mod table;
mod trained;
mod walk;

pub use report::{JudgedBy, LayerLeft, PathKind, PathModel, PathReport, PathStrength, StrengthScores};
pub use run::path;
pub use settings::PathSettings;
