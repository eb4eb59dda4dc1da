//! Linear and logistic models with L1, L2 and elastic-net penalties, solved until a certificate says how far from the
//! optimum they can be at most. Plain `f64` slices, no tensors.
//!
//! Everything minimises, over weights `W` (`[outputs, features]`) and intercepts `b` that are not penalised,
//!
//! ```text
//! P(W, b) = 1/n Σ_i ℓ(y_i, W x_i + b) + l1 Σ |W| + l2/2 Σ W²
//! ```
//!
//! with `ℓ` half the squared error, the binary cross-entropy or the softmax cross-entropy: scikit-learn's `Lasso` and
//! `ElasticNet` as they stand, its `LogisticRegression` with `C = 1/(n λ)`, its `Ridge` with `α = n · l2`.
//!
//! | | squared error | cross-entropy | needs |
//! |---|---|---|---|
//! | [`ridge`] | closed form | – | no L1 |
//! | [`elastic_net`], [`LeastSquares`], [`Solver::CoordinateDescent`] | yes | – | – |
//! | [`Solver::Fista`] | yes | yes | – |
//! | [`Solver::Lbfgs`] | yes | yes | no L1 |

mod certificate;
mod coordinate_descent;
mod design;
mod elastic_net;
mod error;
mod fista;
mod fit;
mod gram;
mod intercept;
mod lbfgs;
mod least_squares;
mod loss;
mod null;
mod problem;
mod ridge;
mod solve;
mod solver;

pub use certificate::Certificate;
pub use design::Design;
pub use elastic_net::{elastic_net, lambda_max, lasso};
pub use error::ConvexError;
pub use fit::{ElasticNet, Fit};
pub use lbfgs::{Lbfgs, Minimum, lbfgs};
pub use least_squares::LeastSquares;
pub use loss::Loss;
pub use problem::Problem;
pub use ridge::{RidgeFit, ridge};
pub use solve::Solution;
pub use solver::{Solver, Stopping};
