//! Folders of images, one for each class.

mod problem;

pub use problem::ImageProblem;
