//! Trainings side by side in one process: whether a loss is a function of its arguments, whoever draws from Burn's generator
//! meanwhile.

use burn::module::{Module, ModuleVisitor};
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;

use crate::batch_seed::BatchSeed;
use crate::{BatchMetrics, Task, TrainError, Trainer};

impl<T: Task> Trainer<T> {
    /// Says that other trainings run in this process at the same time, in threads of their own.
    ///
    /// Burn has one random generator for the whole process. Alone, a training seeds it before every step, so that modules that draw from it, such
    /// as `burn::nn::Dropout`, are reproducible. Side by side, trainings would take numbers from each other, and each run would have other bits. So
    /// the generator is left alone, and a task whose loss draws from it is refused when training begins:
    /// [`TrainError::SharedGenerator`](crate::TrainError::SharedGenerator). The remedy is to train one at a time, or to draw from the seed of the
    /// step (`kiln_kernels::dropout`). The loss of the first batch is computed twice for that. Where bits are not promised (wgpu), nothing is
    /// checked.
    ///
    /// `kiln_experiment::own` says this for folds and trials that run at once. Default: not said.
    pub fn side_by_side(mut self) -> Self {
        self.side_by_side = true;
        self
    }
}

/// Whether equal bits are promised on a device. On a graphics card they are not: kernels are chosen while they run.
pub(crate) fn is_exact(device: &Device) -> bool {
    let name = format!("{device:?}");
    ["Flex", "NdArray"].iter().any(|exact| name.contains(exact))
}

/// Refuses a task whose loss is another one when it is computed again: it draws from the generator that all trainings of
/// the process share.
///
/// `losses` are the optimisers with a loss of their own, none where there is one optimiser. `model` is as it was afterwards: what
/// is computed on is a copy with running statistics of its own.
pub(crate) fn must_be_function<T: Task>(
    task: &T,
    losses: &[&str],
    model: &T::Model,
    batch: T::Batch,
    run: Seed,
) -> Result<(), TrainError> {
    let seed = BatchSeed { run, batch: 0, shard: None }.masks();
    let loss = |batch: T::Batch| -> Vec<u64> {
        let model = model.valid().train();
        let all = match losses {
            [] => vec![task.loss_observed(&model, batch, seed, &mut BatchMetrics::default())],
            losses => {
                losses.iter().filter_map(|name| task.loss_for(name, &model, batch.clone(), seed)).collect()
            }
        };
        let bits =
            |loss: Tensor<1>| loss.inner().into_data().iter::<f64>().map(f64::to_bits).collect::<Vec<_>>();
        all.into_iter().flat_map(bits).collect()
    };
    if loss(batch.clone()) == loss(batch) {
        return Ok(());
    }
    let mut found = Random::default();
    model.visit(&mut found);
    Err(TrainError::SharedGenerator { modules: found.paths })
}

/// Finds the modules of Burn that draw from its generator, by the names of their types.
#[derive(Default)]
struct Random {
    /// The fields from the root to here; `None` for a variant of an enum, which paths leave out.
    at: Vec<Option<String>>,
    paths: Vec<String>,
}

impl ModuleVisitor for Random {
    fn enter_module(&mut self, name: &str, container: &str) {
        if matches!(container, "Struct:Dropout" | "Struct:GaussianNoise") {
            self.paths.push(self.at.iter().flatten().cloned().collect::<Vec<_>>().join("."));
        }
        self.at.push((!container.starts_with("Enum:")).then(|| name.to_owned()));
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.pop();
    }
}
