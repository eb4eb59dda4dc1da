//! The regularisation path: a model for every strength of its penalty, each begun where the one before ended, and the
//! strength that held-out items pick. Linear models ([`ElasticNetPath`], [`LogisticPath`]) are solved, from the strength at
//! which all weights are zero downwards; any other model is trained, from small strengths upwards ([`DenseToSparse`]).
//!
//! Friedman, Hastie, Tibshirani: Regularization paths for generalized linear models via coordinate descent. Journal
//! of Statistical Software 33 (2010).
//!
//! ```
//! use kiln_convex::Design;
//! use kiln_validate::path::{Curve, ElasticNetPath};
//!
//! let x = Design::new(&[1.0, 0.2, 2.0, -0.1, 3.0, 0.4, 4.0, -0.3, 5.0, 0.1, 6.0, -0.2], 6, 2)?;
//! let y = [1.1, 2.0, 2.9, 4.2, 5.0, 5.8];
//! let path = ElasticNetPath { lambdas: 20, ..ElasticNetPath::default() };
//! let lambdas = path.grid(&x, &y)?;
//! let points = path.fit(&x, &y, &lambdas)?;
//! assert_eq!(points[0].nonzero(), 0);
//! assert!(points[19].coef[0] > 0.9);
//!
//! // The errors of two folds at three strengths.
//! let curve = Curve::new(vec![4.0, 2.0, 1.0], &[vec![3.0, 1.1, 1.0], vec![5.0, 1.3, 1.2]])?;
//! assert_eq!((curve.minimum(), curve.one_standard_error()), (2, 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod curve;
mod dense_to_sparse;
mod elastic_net;
mod error;
mod grid;
mod logistic;

pub use curve::Curve;
pub use dense_to_sparse::DenseToSparse;
pub use elastic_net::{ElasticNetPath, PathPoint};
pub use error::PathError;
pub use logistic::{LogisticPath, LogisticPoint};
