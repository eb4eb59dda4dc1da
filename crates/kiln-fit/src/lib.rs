//! The training loop, compiled for kiln's own networks.
//!
//! The trainer of `kiln-train` is generic, and a generic function is compiled in the crate that calls it. What calls it for kiln's own
//! networks is large and runs once in a while, and is compiled quickly. A step is not: so the loop is compiled here, well, and the
//! others call these functions. For a model of your own call the methods of [`Trainer`] themselves.

use burn::tensor::Device;
use kiln_data::Loader;
use kiln_models::Network;
use kiln_train::{ConvexModel, Data, Outcome, Scores, Solved, Supervised, Task, TrainError, Trainer};

/// The task of kiln's own networks on kiln's own batches.
pub type NetworkTask = Supervised<Network>;

type Batch = <NetworkTask as Task>::Batch;

/// [`Trainer::fit`].
///
/// # Errors
/// As that.
pub fn fit(
    trainer: &mut Trainer<NetworkTask>,
    model: Network,
    data: &Data<Batch>,
) -> Result<Outcome<Network>, TrainError> {
    trainer.share_task();
    trainer.fit(model, data)
}

/// [`Trainer::resume`].
///
/// # Errors
/// As that.
pub fn resume(
    trainer: &mut Trainer<NetworkTask>,
    model: Network,
    data: &Data<Batch>,
) -> Result<Outcome<Network>, TrainError> {
    trainer.share_task();
    trainer.resume(model, data)
}

/// [`Trainer::solve`].
///
/// # Errors
/// As that.
pub fn solve(
    trainer: &mut Trainer<NetworkTask>,
    model: Network,
    data: &Data<Batch>,
    convex: &ConvexModel,
    resume: bool,
) -> Result<Solved<Network>, TrainError> {
    trainer.solve(model, data, convex, resume)
}

/// [`kiln_train::evaluate`].
///
/// # Errors
/// As that.
pub fn evaluate(
    task: &NetworkTask,
    model: &Network,
    loader: &Loader<Batch>,
    device: &Device,
) -> Result<Scores, TrainError> {
    kiln_train::evaluate(task, model, loader, device)
}
