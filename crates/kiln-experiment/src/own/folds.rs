//! k folds of any task.

use std::path::PathBuf;
use std::time::Duration;

use kiln_core::Seed;
use kiln_train::CheckpointConfig;
use kiln_validate::cross::{self, Parallel};
use kiln_validate::split::{Fold, Items, SplitError, Splitter, folds_of};

use super::description::Description;
use crate::error::ExperimentError;
use crate::fold::{
    Completed, Completion, FoldRecord, FoldResult, FoldRun, PredictionTable, Summaries, fold_folder, join,
};
use crate::interrupt::Interrupt;
use crate::observer::{Event, Observer, tell};
use crate::run::RunFolder;

/// How a cross-validation of one's own is carried out.
///
/// | field | default |
/// |---|---|
/// | `folder` | none: nothing is written |
/// | `label` | empty |
/// | `seed` | 0 |
/// | `parallel` | one fold at a time, on all cores |
/// | `keep_models` | false |
/// | `checkpoint` | as in every training |
/// | `interrupt` | never |
#[derive(Debug, Clone)]
pub struct FoldSettings {
    /// The folder of the cross-validation. It is made when it does not exist. What is done in it is not done again, and
    /// what was killed goes on.
    pub folder: Option<PathBuf>,
    /// What the folder must have been begun with: the name of the data and the model, say. A folder with another label
    /// is refused.
    pub label: String,
    /// From which the seeds of the folds follow.
    pub seed: u64,
    /// Folds at once, and the threads of each. It changes no result: a model for which it would, because it draws from
    /// Burn's generator as `burn::nn::Dropout` does, is refused.
    pub parallel: Parallel,
    /// Whether the checkpoints of a fold stay when it is done.
    pub keep_models: bool,
    /// When checkpoints are written. A fold writes none in its first ten seconds, unless `every_steps` asks for them.
    pub checkpoint: CheckpointConfig,
    /// What asks the folds to stop.
    pub interrupt: Interrupt,
}

impl Default for FoldSettings {
    fn default() -> Self {
        Self {
            folder: None,
            label: String::new(),
            seed: 0,
            parallel: Parallel::new(1),
            keep_models: false,
            checkpoint: CheckpointConfig::default(),
            interrupt: Interrupt::default(),
        }
    }
}

/// What all folds together gave.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CrossValidated {
    /// How each fold went, in order.
    pub folds: Vec<FoldRecord>,
    /// Mean, deviation and corrected interval of every metric that all folds have.
    pub summaries: Summaries,
    /// What was predicted for each item by the model that had not seen it, where all folds predict.
    pub predictions: Option<PredictionTable>,
}

/// Cross-validates any module and task: trains on each fold of `splitter` and judges on its test items. `None` when it
/// was asked to stop.
///
/// `fold` makes everything afresh: preprocessing fitted on the fold's training items, model, trainer. What it gives must
/// depend on the fold and its seed alone: then neither the number of folds at once nor a kill changes the result. With a
/// [folder](FoldSettings::folder) each fold has a folder of its own in it, with checkpoints while it trains, and a
/// `fold.json` when it is done. Call the function again after a kill, and it goes on.
///
/// ```
/// use kiln_core::{Metrics, Seed};
/// use kiln_experiment::own::{FoldSettings, cross_validate};
/// use kiln_experiment::{ExperimentError, FoldRecord, FoldResult};
/// use kiln_validate::split::{Items, KFold};
///
/// // The mean of the training items as a model: anything may be cross-validated, not only trainings of kiln.
/// let y = [1.0, 2.0, 4.0, 3.0, 2.5, 3.5];
/// let found = cross_validate(
///     &KFold { folds: 3, shuffle: Some(Seed::new(1)) },
///     &Items::new(6),
///     &FoldSettings::default(),
///     &(),
///     |fold| {
///         let (train, test) = (fold.fold().train(), fold.fold().test());
///         let mean = train.iter().map(|&i| y[i]).sum::<f64>() / train.len() as f64;
///         let mse = test.iter().map(|&i| (y[i] - mean).powi(2)).sum::<f64>() / test.len() as f64;
///         let record = FoldRecord {
///             fold: fold.number(),
///             items: [train.len(), 0, test.len()],
///             test: Metrics::from_iter([("mse", mse)]),
///             ..FoldRecord::default()
///         };
///         Ok::<_, ExperimentError>(Some(FoldResult { record, predictions: None }))
///     },
/// )?;
/// let mse = &found.expect("nobody stopped it").summaries.0[0];
/// assert!(mse.summary.interval[0] < mse.summary.mean);
/// # Ok::<(), ExperimentError>(())
/// ```
///
/// The example `cross_validate_own_model` trains a module.
///
/// Burn has one random generator for the whole process, and folds at once would take numbers from each other. So
/// [`FoldRun::train`] seeds it where folds run one at a time ([`Parallel::new(1)`](Parallel::new)), and refuses a module that
/// draws from it, such as `burn::nn::Dropout`, where they do not. Draw from the seed that `Task::loss` gets
/// (`kiln_kernels::dropout`) to run such folds at once. First weights may come from Burn: trainings draw them one after the
/// other, each from its own seed, when they begin. So leave them to the trainer: what the closure reads of a module's
/// weights before is drawn there and then, from wherever the generator stands.
///
/// # Errors
/// Items that cannot be split so; a folder that another process holds, or that holds something else; the error of the
/// first fold, in their order, that failed.
pub fn cross_validate<E>(
    splitter: &dyn Splitter,
    items: &Items<'_>,
    settings: &FoldSettings,
    observer: &dyn Observer,
    fold: impl Fn(&FoldRun<'_>) -> Result<Option<FoldResult>, E> + Sync,
) -> Result<Option<CrossValidated>, E>
where
    E: From<ExperimentError> + From<SplitError> + Send,
{
    let folds = folds_of(splitter, items)?;
    let _lock = match &settings.folder {
        Some(folder) => {
            Description::new(&settings.label, settings.seed, &folds).claim(folder)?;
            Some(RunFolder::open(folder).map_err(ExperimentError::from)?)
        }
        None => None,
    };
    let one = |number: usize, items: &Fold| -> Result<Option<(FoldRecord, Option<PredictionTable>)>, E> {
        let result = complete(settings, number, items, &fold)?;
        if let Some((Completed { record, earlier }, _)) = &result {
            tell(observer, &Event::Fold { record, folds: folds.len(), earlier: *earlier })?;
        }
        Ok(result.map(|(completed, predictions)| (completed.record, predictions)))
    };
    let results = cross::cross_validate(splitter, items, settings.parallel, one)?;
    let Some(results) = results.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
    let (records, tables): (Vec<FoldRecord>, Vec<Option<PredictionTable>>) = results.into_iter().unzip();
    let predictions = tables.into_iter().collect::<Option<Vec<_>>>().map(PredictionTable::concat);
    if let (Some(folder), true) = (&settings.folder, predictions.is_some()) {
        join(folder, folds.len())?;
    }
    let shares = folds.iter().map(|fold| fold.test().len() as f64 / fold.train().len() as f64);
    let test_share = shares.sum::<f64>() / folds.len() as f64;
    let summaries = Summaries::of(&records, test_share).map_err(ExperimentError::from)?;
    Ok(Some(CrossValidated { folds: records, summaries, predictions }))
}

/// How long a fold is waited for that a process which was killed still holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// One fold, in its folder where there is one.
fn complete<E: From<ExperimentError>>(
    settings: &FoldSettings,
    number: usize,
    items: &Fold,
    fold: impl Fn(&FoldRun<'_>) -> Result<Option<FoldResult>, E>,
) -> Result<Option<(Completed, Option<PredictionTable>)>, E> {
    // The largest seed is that of the largest whole number of TOML.
    let seed = Seed::new(settings.seed).at(number as u64).value() >> 1;
    let run = FoldRun {
        number,
        fold: items,
        seed,
        folder: None,
        checkpoint: &settings.checkpoint,
        keep_models: settings.keep_models,
        interrupt: &settings.interrupt,
        side_by_side: settings.parallel.jobs > 1,
    };
    let Some(folder) = &settings.folder else {
        if settings.interrupt.is_set() {
            return Ok(None);
        }
        let result = fold(&run)?;
        return Ok(result
            .map(|FoldResult { record, predictions }| (Completed { record, earlier: false }, predictions)));
    };
    let completion = Completion {
        run: folder,
        interrupt: &settings.interrupt,
        patience: PATIENCE,
        keep_checkpoints: settings.keep_models,
    };
    let Some(completed) = completion.complete(number, |path| fold(&FoldRun { folder: Some(path), ..run }))?
    else {
        return Ok(None);
    };
    let predictions = PredictionTable::find(&fold_folder(folder, number)).map_err(ExperimentError::from)?;
    Ok(Some((completed, predictions)))
}
