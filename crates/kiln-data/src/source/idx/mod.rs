//! IDX files, the format of MNIST and its kin.

mod problem;

pub use problem::IdxProblem;
