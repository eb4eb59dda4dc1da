//! Who hears what an experiment does while it does it.

mod path_stage;

use std::io;
use std::path::Path;

use kiln_config::Followed;
use kiln_core::device::DeviceName;
use kiln_data::{Dataset, TextFacts};
use kiln_models::Summary;
use kiln_train::{Callback, Change, LrFinderConfig, Stop, TrainError};
use kiln_validate::search::Trial;

use crate::device_choice::DeviceChoice;
use crate::device_result::DeviceResult;
use crate::error::ExperimentError;
use crate::fold::FoldRecord;
use crate::run::RunRecord;
pub use path_stage::{PathStage, PathStep};

/// Hears what an experiment does: a function of an event, or a type of one's own. `()` hears nothing.
///
/// Several folds or trials may run at once, so that events come from several threads.
///
/// ```
/// use std::io;
/// use std::sync::Mutex;
/// use kiln_experiment::{Event, Observer};
///
/// /// Keeps a line for each fold.
/// #[derive(Debug, Default)]
/// struct Lines(Mutex<Vec<String>>);
///
/// impl Observer for Lines {
///     fn hear(&self, event: &Event<'_>) -> io::Result<()> {
///         if let Event::Fold { record, folds, .. } = event {
///             let line = format!("fold {} of {folds}: {:?}", record.fold + 1, record.test.headline());
///             self.0.lock().map_err(|_| io::ErrorKind::Other)?.push(line);
///         }
///         Ok(())
///     }
/// }
/// ```
pub trait Observer: Send + Sync {
    /// Takes an event.
    ///
    /// # Errors
    /// Ends the experiment with [`ExperimentError::Observer`](crate::ExperimentError::Observer).
    fn hear(&self, event: &Event<'_>) -> io::Result<()>;

    /// A callback for the training of a run, which hears of every step and epoch. Default: none. Folds and trials are
    /// not watched.
    fn watch(&self, _start: &TrainingStart<'_>) -> Option<Box<dyn Callback>> {
        None
    }
}

/// A function hears events, and watches no training.
impl<F: Fn(&Event<'_>) -> io::Result<()> + Send + Sync> Observer for F {
    fn hear(&self, event: &Event<'_>) -> io::Result<()> {
        self(event)
    }
}

impl Observer for () {
    fn hear(&self, _: &Event<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// What an experiment does.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The data are being read.
    ReadingData {
        /// The label of the configuration, or the folder of the run.
        name: &'a str,
    },
    /// The data are read.
    DataRead,
    /// A table of a file is read: what its columns were taken for is in
    /// [`Arrangement::understood`](kiln_data::Arrangement::understood).
    DataUnderstood(&'a Dataset),
    /// What the texts of a part are to the model, for `training` and `validation` and `test` where there are such.
    Texts(&'a [(&'static str, TextFacts)]),
    /// What the model starts from, in words.
    StartsFrom(&'a str),
    /// Something may be wrong, and the experiment goes on.
    Warning(&'a str),
    /// A checkpoint is damaged, and the experiment goes on without it.
    PassedOver {
        /// What is wrong with it.
        error: &'a TrainError,
        /// The folder of the checkpoint that takes its place.
        used: Option<&'a Path>,
        /// What that means: `using the one before`.
        then: &'a str,
    },
    /// A run continues after this many optimiser steps. `None`: it has no checkpoint yet, and starts over.
    GoesOn(Option<u64>),
    /// A run goes on with other settings than it was trained with so far: these are taken up.
    SettingsChanged(&'a [Change]),
    /// The model that is going to be trained.
    Model(&'a Summary),
    /// Settings that nothing is said about follow from the data.
    Followed {
        /// The settings.
        settings: &'a [Followed],
        /// Items that train.
        items: usize,
    },
    /// The number of epochs is found: a training on the items of the validation part, too, begins.
    Refit {
        /// The epoch that was best with the validation part held out.
        epochs: u64,
        /// Items of both parts.
        items: usize,
    },
    /// The training of a run of an ensemble begins.
    Member {
        /// What it is called: a preset.
        name: &'a str,
        /// Which it is, from 0.
        number: usize,
        /// How many there are.
        members: usize,
    },
    /// A training begins; with `data.refit` twice in a run.
    TrainingStarts(&'a TrainingStart<'a>),
    /// A language model in training has written something.
    Sample {
        /// Optimiser steps that are done.
        step: u64,
        /// What it wrote.
        text: &'a str,
    },
    /// How many tokens a second a language model was trained on.
    TokensPerSecond(f64),
    /// A training has ended well, and its run is about to be written down.
    TrainingEnds {
        /// The folder of the run.
        run: &'a Path,
        /// What happened.
        record: &'a RunRecord,
        /// Why it stopped.
        stop: &'a Stop,
        /// The number of steps that ended it, where it is their number and not that of the epochs.
        steps: Option<u64>,
        /// Where the best epoch is the last: what would train longer.
        longer: Option<&'a Longer>,
    },
    /// A fold is done.
    Fold {
        /// How it went.
        record: &'a FoldRecord,
        /// How many folds there are.
        folds: usize,
        /// Whether it was done in an earlier process already.
        earlier: bool,
    },
    /// A search goes on.
    SearchGoesOn {
        /// The folder of the search.
        folder: &'a Path,
        /// Trials that have ended already.
        trials: usize,
    },
    /// A trial of a search has ended.
    Trial {
        /// The trial.
        trial: &'a Trial,
        /// The metric that judges.
        monitor: &'a str,
        /// Trials in all.
        trials: u64,
        /// The fold whose search it belongs to, from 0.
        fold: Option<usize>,
        /// The folder of the trial's run, where it has one.
        run: Option<&'a Path>,
    },
    /// A fold of a path is solved.
    PathFold {
        /// The fold, from 0.
        fold: usize,
        /// How many folds there are.
        folds: usize,
    },
    /// A step along a path that is trained.
    PathStage(&'a PathStage<'a>),
    /// One training of a curve has ended.
    CurvePoint(&'a CurveProgress<'a>),
    /// A device is chosen, where the configuration says `auto`.
    DeviceChosen(&'a DeviceChoice),
    /// Devices are going to be compared.
    ComparingDevices {
        /// The devices.
        devices: &'a [DeviceName],
        /// Steps that are compared.
        steps: u64,
    },
    /// The steps of one device are going to be timed.
    TimingDevice {
        /// The device.
        device: &'a DeviceName,
        /// Steps that are timed.
        steps: u64,
    },
    /// A device is measured.
    DeviceTimed(&'a DeviceResult),
    /// The search for a learning rate begins.
    LrFinderStarts {
        /// The label of the configuration.
        name: &'a str,
        /// Rates and steps.
        settings: &'a LrFinderConfig,
    },
    /// What starts the workers of a team that is printed and not started: a script or a manifest.
    Script(&'a str),
    /// A line that another process wrote on its standard output, to be passed on unchanged.
    WorkerLine(&'a str),
}

/// A longer training, where the last epoch was the best.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Longer {
    /// The change of the configuration: `train.epochs=200`.
    pub change: String,
    /// Whether the run itself goes on with it. Otherwise its schedule would have come another way, and a new run is needed.
    pub goes_on: bool,
}

/// What is going to be trained on what.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TrainingStart<'a> {
    /// The folder of the run.
    pub run: &'a Path,
    /// The seed of the run.
    pub seed: u64,
    /// The device by its full name.
    pub device: &'a str,
    /// Threads of the CPU that are used.
    pub threads: usize,
    /// Trainable parameters of the model.
    pub parameters: usize,
    /// Items for training, for validation and for the test.
    pub items: [usize; 3],
    /// Planned epochs.
    pub epochs: u64,
    /// Optimiser steps of an epoch.
    pub steps_per_epoch: u64,
    /// The limit of steps, if there is one.
    pub steps: Option<u64>,
    /// Steps that an earlier process did.
    pub done: u64,
    /// The limit of wall-clock seconds, if there is one.
    pub time_limit: Option<f64>,
}

/// One training of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CurveProgress<'a> {
    /// What is said of the point: its number of items, or the setting and its value.
    pub label: &'a str,
    /// The fold, from 0.
    pub fold: usize,
    /// How many folds there are.
    pub folds: usize,
    /// The metric that is drawn.
    pub metric: &'a str,
    /// Its value for the test items and the seconds that the training took, or why the training diverged.
    pub result: Result<(f64, f64), &'a str>,
}

/// Tells an observer what a table was taken for, where that is known.
pub(crate) fn tell_understood(observer: &dyn Observer, dataset: &Dataset) -> Result<(), ExperimentError> {
    tell(observer, &Event::DataRead)?;
    if dataset.arrangement.understood.is_some() || dataset.arrangement.from_files {
        tell(observer, &Event::DataUnderstood(dataset))
    } else {
        Ok(())
    }
}

/// Tells an observer, for engines.
pub(crate) fn tell(observer: &dyn Observer, event: &Event<'_>) -> Result<(), ExperimentError> {
    observer.hear(event).map_err(ExperimentError::Observer)
}
