//! What a training freezes, and what begins anew in it.

use crate::freeze::Freezing;
use crate::{Freeze, Task, TrainError, Trainer};

impl<T: Task> Trainer<T> {
    /// Freezes parameters: a [`ParamSelection`](kiln_core::ParamSelection) to the end, a [`Freeze`] until it says. Of several that
    /// name one parameter the last to thaw counts. Everything else (groups of the optimiser, penalties) is fitted to the model
    /// with nothing frozen, and the model that the training gives back has nothing frozen.
    pub fn freeze(mut self, freeze: impl Into<Freeze>) -> Self {
        self.freezes.push(freeze.into());
        self
    }

    /// Says which parameters, by path, begin with drawn values where the others start from weights: a penalty on the distance from the
    /// start, such as [`kiln_objective::L2SpConfig`], pulls these to 0. Default: none.
    pub fn begin_anew<N: Into<String>>(mut self, paths: impl IntoIterator<Item = N>) -> Self {
        self.fresh.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Finds out before a training whether every freeze finds parameters of `model`, which is on an autodiff device, and something is
    /// left to train.
    ///
    /// # Errors
    /// [`TrainError::NothingToFreeze`], [`TrainError::AllFrozen`].
    pub fn check_freezes(&self, model: &T::Model) -> Result<(), TrainError> {
        Freezing::new(&self.freezes, model).map(|_| ())
    }
}
