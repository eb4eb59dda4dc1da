//! The first values of weights that are drawn late.

use std::sync::LazyLock;

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::{Purpose, Seed, params};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The device that the first parameter of `model` is on.
pub(crate) fn device_of<M: Module>(model: &M) -> Device {
    model.devices().into_iter().next().unwrap_or_default()
}

/// Lets lazy parameters draw their first values, in order, from the seed of the run. They draw from Burn's generator when
/// they are first read, wherever that is.
pub(crate) fn draw_lazy<M: Module>(model: &M, run: Seed) {
    device_of(model).seed(run.purpose(Purpose::Backend).value());
    params::for_each(model, |_, _| {});
}

/// The one thread in which trainings draw first weights. Burn's generator is one for the whole process: of two trainings
/// that begin at once, each would draw on from where the other has seeded it. A lock would not do, because whoever holds it
/// may wait for threads of a pool that begin the next training. `None` where the system gives no thread.
static ONE_BY_ONE: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).build().ok());

/// As [`draw_lazy`], while no other training does.
pub(crate) fn draw_alone<M: Module>(model: M, run: Seed) -> M {
    let draw = move || {
        draw_lazy(&model, run);
        model
    };
    match &*ONE_BY_ONE {
        Some(pool) => pool.install(draw),
        None => draw(),
    }
}
