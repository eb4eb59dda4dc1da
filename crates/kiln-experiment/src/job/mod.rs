//! From a configuration and data to the objects that train: the one place where they are put together.

mod assembly;
mod begun;
mod blueprint;
mod check;
mod configured;
mod convex;
mod device;
mod fit;
mod refine;
mod refit;
mod shared_data;
mod sized;
mod started;

pub use assembly::Job;
pub use blueprint::Blueprint;
pub(crate) use configured::configured;
pub(crate) use device::new_pool;
pub use device::open_device;
pub use fit::{Fitting, in_pool};
pub use kiln_fit::NetworkTask;
pub(crate) use refit::Trainings;
pub(crate) use shared_data::SharedData;
pub use sized::sized;
