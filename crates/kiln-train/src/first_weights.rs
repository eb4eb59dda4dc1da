//! The first values of weights that are drawn late.

use std::sync::LazyLock;

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::device::DeviceName;
use kiln_core::{Purpose, Seed, params};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Data, Outcome, Task, TrainError, Trainer};

/// The device that the first parameter of `model` is on.
pub(crate) fn device_of<M: Module>(model: &M) -> Device {
    model.devices().into_iter().next().unwrap_or_default()
}

/// Lets lazy parameters draw their first values, in order, from the seed of the run. They draw from Burn's generator when
/// they are first read, wherever that is.
pub(crate) fn draw_lazy<M: Module>(model: &M, run: Seed) {
    seed_generator(&device_of(model), run);
    draw(model);
}

fn seed_generator(device: &Device, run: Seed) {
    device.seed(run.purpose(Purpose::Backend).value());
}

fn draw<M: Module>(model: &M) {
    params::for_each(model, |_, _| {});
}

/// The one thread in which trainings draw first weights. Burn's generator is one for the whole process: of two trainings
/// that begin at once, each would draw on from where the other has seeded it. A lock would not do, because whoever holds it
/// may wait for threads of a pool that begin the next training. `None` where the system gives no thread.
static ONE_BY_ONE: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().num_threads(1).build().ok());

/// As [`draw_lazy`], while no other training does.
pub(crate) fn draw_alone<M: Module>(model: M, run: Seed) -> M {
    alone(move || {
        draw_lazy(&model, run);
        model
    })
}

/// What `draw` gives, while nothing else is drawn.
fn alone<M: Send>(draw: impl FnOnce() -> M + Send) -> M {
    match &*ONE_BY_ONE {
        Some(pool) => pool.install(draw),
        None => draw(),
    }
}

impl<T: Task> Trainer<T> {
    /// As [`Trainer::fit`], with a model that `init` makes on the device of [`Trainer::device`], without autodiff: its first weights
    /// are a function of the trainer's seed alone.
    ///
    /// Burn's generator is seeded before `init` is called, and all weights are drawn before anything else happens. So it makes
    /// no difference what was drawn before, nor whether `init` reads the weights that it made, in their order. The seed that
    /// `init` gets is for models that draw from one, such as kiln's. A module that nobody has read gets the same weights from
    /// [`Trainer::fit`]. Trainings that begin side by side make their models one after the other.
    ///
    /// ```
    /// # use burn::tensor::Tensor;
    /// # use kiln_core::Seed;
    /// # use kiln_data::{DataConfig, Prepared};
    /// # use kiln_train::{Data, Scores, Task, TrainConfig, Trainer};
    /// use burn::nn::{Linear, LinearConfig};
    /// # use kiln_data::Batch;
    /// # #[derive(Debug)]
    /// # struct Distance;
    /// # impl Task for Distance {
    /// #     type Model = Linear;
    /// #     type Batch = Batch;
    /// #     fn loss(&self, model: &Linear, batch: Batch, _: Seed) -> Tensor<1> {
    /// #         model.forward(batch.inputs.flat()).square().mean()
    /// #     }
    /// #     fn score(&self, _: &Linear, batch: Batch, scores: &mut Scores) {
    /// #         scores.add_mean("loss", 0.0, batch.len());
    /// #     }
    /// # }
    ///
    /// # let data = Data::new(Prepared::load(&DataConfig::new("iris"), Seed::new(0))?.train());
    /// # let config = TrainConfig { epochs: 1, ..TrainConfig::default() };
    /// let mut trainer = Trainer::new(Distance, config).seed(1);
    /// let outcome = trainer.fit_with(|device, _| LinearConfig::new(4, 1).init(device), &data)?;
    /// # assert!(outcome.steps > 0);
    /// # Ok::<(), kiln_train::TrainError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Trainer::fit`], and [`TrainError::Device`] when no device opens.
    pub fn fit_with(
        &mut self,
        init: impl FnOnce(&Device, Seed) -> T::Model + Send,
        data: &Data<T::Batch>,
    ) -> Result<Outcome<T::Model>, TrainError> {
        let model = self.made(init)?;
        self.fit(model, data)
    }

    /// As [`Trainer::resume`], with a model that `init` makes: that of [`Trainer::fit_with`].
    ///
    /// # Errors
    /// As [`Trainer::resume`], and [`TrainError::Device`] when no device opens.
    pub fn resume_with(
        &mut self,
        init: impl FnOnce(&Device, Seed) -> T::Model + Send,
        data: &Data<T::Batch>,
    ) -> Result<Outcome<T::Model>, TrainError> {
        let model = self.made(init)?;
        self.resume(model, data)
    }

    fn made(&self, init: impl FnOnce(&Device, Seed) -> T::Model + Send) -> Result<T::Model, TrainError> {
        let device = match &self.device {
            Some(device) => device.clone().inner(),
            None => {
                DeviceName::Auto.open().map_err(|error| TrainError::Device { reason: error.to_string() })?
            }
        };
        let seed = self.seed;
        Ok(alone(|| {
            seed_generator(&device, seed);
            let model = init(&device, seed.purpose(Purpose::Init));
            draw(&model);
            model
        }))
    }
}
