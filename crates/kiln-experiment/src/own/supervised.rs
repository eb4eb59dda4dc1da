//! A fold of a supervised task, from its items to its scores and predictions.

use std::sync::Arc;

use burn::module::Module;
use kiln_core::{Purpose, Seed};
use kiln_data::{Batch, DataConfig, Dataset, Loader, Prepared, Preprocess, Rows, Source};
use kiln_train::{Data, Supervised, Trainer, evaluate};
use kiln_validate::cross::{Inner, fold_split};

use crate::error::ExperimentError;
use crate::fold::{FoldResult, FoldRun};
use crate::predicted::predictions;

impl FoldRun<'_> {
    /// The data of the fold: its training items, of which the share `config.validation` is held out to pick the best
    /// weights, its test items, and the preprocessing of `config`, fitted on the training items and on nothing else. Which
    /// rows `config` would test, and its source, do not matter here.
    ///
    /// # Errors
    /// As [`FoldRun::data_split_by`].
    pub fn data(&self, dataset: &Arc<Dataset>, config: &DataConfig) -> Result<Prepared, ExperimentError> {
        let inner = Inner::Random { stratify: config.stratify };
        self.data_split_by(dataset, &Preprocess::from(config), config.validation, inner)
    }

    /// As [`FoldRun::data`], where `inner` says which of the training items are held out, the share `validation` (`[0, 1)`, 0 for
    /// none): whole groups, or the last ones in the order of time.
    ///
    /// # Errors
    /// As [`fold_split`] and [`Preprocess::fit`].
    pub fn data_split_by(
        &self,
        dataset: &Arc<Dataset>,
        preprocess: &Preprocess,
        validation: f64,
        inner: Inner<'_>,
    ) -> Result<Prepared, ExperimentError> {
        let seed = Seed::new(self.seed()).purpose(Purpose::Split);
        let split = fold_split(self.fold(), dataset, validation, inner, seed)?;
        Ok(Prepared::of_split(dataset, split, preprocess)?)
    }

    /// Trains as [`FoldRun::train`] does, scores the training and the test items, and predicts the test items. `None` when
    /// it was asked to stop.
    ///
    /// `data` are those of [`FoldRun::data`], the trainer's task is made with their preprocessing, and `train` is what is
    /// trained on: `data.train()`, or what augments it. Outputs of a task for classes are logits.
    ///
    /// # Errors
    /// As [`FoldRun::train`]; data that cannot be read.
    pub fn supervised<M: Module>(
        &self,
        trainer: Trainer<Supervised<M>>,
        model: M,
        data: &Prepared,
        train: impl Source<Batch> + 'static,
    ) -> Result<Option<FoldResult>, ExperimentError> {
        let task = trainer.task().clone();
        let device = model.devices().into_iter().next().unwrap_or_default().inner();
        let sources = Data::new(train);
        let sources = match data.validation() {
            Some(validation) => sources.validation(validation),
            None => sources,
        };
        let Some(outcome) = self.train(trainer, model, &sources)? else { return Ok(None) };
        let scores = |rows: Rows| {
            let at_once = rows.at_once();
            evaluate(&task, &outcome.model, &Loader::new(rows, at_once)?, &device)
        };
        let test = Rows::new(Arc::clone(&data.dataset), data.split.test.clone(), Arc::clone(&data.fitted));
        let (train, test) = (scores(data.train())?, scores(test)?);
        let result = self.result(&outcome, &train, &test).validation_items(data.split.validation.len());
        Ok(Some(result.predictions(predictions(&task, &outcome.model, data, &device)?)))
    }
}
