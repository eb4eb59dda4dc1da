//! A fold of a supervised task, from its items to its scores and predictions.

use std::sync::Arc;

use burn::module::Module;
use kiln_core::{Purpose, Seed};
use kiln_data::{Dataset, Loader, Prepared, Preprocess, Rows};
use kiln_train::{Data, Supervised, Trainer, evaluate};
use kiln_validate::cross::{Inner, fold_split};

use crate::error::ExperimentError;
use crate::fold::{FoldResult, FoldRun};
use crate::job::AT_ONCE;
use crate::predicted::predictions;

impl FoldRun<'_> {
    /// The data of the fold: its training items, of which the share `validation` (`[0, 1)`, 0 for none) is held out to pick
    /// the best weights, its test items, and preprocessing fitted on the training items and on nothing else.
    ///
    /// # Errors
    /// As [`fold_split`] and [`Preprocess::fit`].
    pub fn data(
        &self,
        dataset: &Arc<Dataset>,
        preprocess: &Preprocess,
        validation: f64,
        inner: Inner<'_>,
    ) -> Result<Prepared, ExperimentError> {
        let seed = Seed::new(self.seed()).purpose(Purpose::Split);
        let split = fold_split(self.fold(), dataset, validation, inner, seed)?;
        let fitted = Arc::new(preprocess.fit(&split.train_view(dataset))?);
        Ok(Prepared { dataset: Arc::clone(dataset), split, fitted })
    }

    /// Trains as [`FoldRun::train`] does, scores the training and the test items, and predicts the test items. `None` when
    /// it was asked to stop.
    ///
    /// `data` are those of [`FoldRun::data`], and the trainer's task is made with their preprocessing. Outputs of a task for
    /// classes are logits.
    ///
    /// # Errors
    /// As [`FoldRun::train`]; data that cannot be read.
    pub fn supervised<M: Module>(
        &self,
        trainer: Trainer<Supervised<M>>,
        model: M,
        data: &Prepared,
    ) -> Result<Option<FoldResult>, ExperimentError> {
        let task = trainer.task().clone();
        let device = model.devices().into_iter().next().unwrap_or_default().inner();
        let sources = Data::new(data.train());
        let sources = match data.validation() {
            Some(validation) => sources.validation(validation),
            None => sources,
        };
        let Some(outcome) = self.train(trainer, model, &sources)? else { return Ok(None) };
        let scores = |rows: Rows| evaluate(&task, &outcome.model, &Loader::new(rows, AT_ONCE)?, &device);
        let test = Rows::new(Arc::clone(&data.dataset), data.split.test.clone(), Arc::clone(&data.fitted));
        let (train, test) = (scores(data.train())?, scores(test)?);
        let result = self.result(&outcome, &train, &test).validation_items(data.split.validation.len());
        Ok(Some(result.predictions(predictions(&task, &outcome.model, data, &device)?)))
    }
}
