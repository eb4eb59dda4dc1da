//! Everything that can go wrong while training.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use kiln_convex::ConvexError;
use kiln_core::{Direction, ErrorKind, Explain, NoDirection, NumberError, WeightsError};
use kiln_data::DataError;
use kiln_objective::ObjectiveError;
use kiln_optim::OptimError;
use kiln_ranks::RanksError;

use crate::{NotConvex, PartError, PrecisionError, ResumeError, ShardError};

/// Why training, evaluating or resuming failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A setting of the loop is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Reading or preparing data failed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The loss or a penalty does not fit.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// The optimiser or the schedule does not fit.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// Several optimisers do not fit together.
    #[error(transparent)]
    Part(#[from] PartError),
    /// Batches cannot be cut into shards here, or not by several ranks.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The ranks that train together do not.
    #[error(transparent)]
    Ranks(#[from] RanksError),
    /// The training cannot have its precision.
    #[error(transparent)]
    Precision(#[from] PrecisionError),
    /// Weights do not fit the model.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A model cannot be solved for, or certified.
    #[error(transparent)]
    NotConvex(#[from] NotConvex),
    /// A problem cannot be posed or solved.
    #[error(transparent)]
    Convex(#[from] ConvexError),
    /// A run does not go on from a checkpoint.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// The loss became NaN or infinite.
    #[error("the {what} became {value} in epoch {epoch} at step {step}")]
    Diverged {
        /// `training loss`, of several optimisers with the name of one, or `validation loss`.
        what: Cow<'static, str>,
        /// NaN or an infinity.
        value: f64,
        /// Epoch, from 1.
        epoch: u64,
        /// Step, from 1.
        step: u64,
    },
    /// The monitored metric is not computed.
    #[error("there is no validation metric {name:?} to monitor; {}", there_are(known))]
    Monitor {
        /// The name in `train.monitor`.
        name: String,
        /// The names there are.
        known: String,
    },
    /// Nothing says which values of the monitored metric are better.
    #[error(transparent)]
    NoDirection(#[from] NoDirection),
    /// The monitored metric got better in another direction when the run began.
    #[error("the run began with a metric {name:?} whose {} values are better, now its {} ones are", values(*then), values(then.turned()))]
    OtherDirection {
        /// The metric.
        name: String,
        /// In which direction it got better.
        then: Direction,
    },
    /// A schedule of something that the task has none of.
    #[error("{schedule} has nothing to move: there is no {what} in this training that it could")]
    NothingToShare {
        /// The schedule: `dropout_schedule`.
        schedule: &'static str,
        /// What it would move, in words.
        what: &'static str,
    },
    /// A freeze names no parameter of the model.
    #[error("there is nothing to freeze in {wanted}; the model trains {known:?}")]
    NothingToFreeze {
        /// What was to be frozen, or the part of it that is not there.
        wanted: String,
        /// Paths of the trainable parameters.
        known: Vec<String>,
    },
    /// Nothing is left to train.
    #[error("every parameter of the model is frozen in the first step")]
    AllFrozen,
    /// Batch norm would learn from a batch of one item: one value a channel, whose variance is 0.
    #[error(
        "the batch norm {layer} sees one value a channel in batch {batch} of {batches}, which has 1 item \
         ({items} training items, train.batch_size = {batch_size})"
    )]
    BatchOfOne {
        /// The path of the layer.
        layer: String,
        /// The number of the batch in each epoch, from 1.
        batch: usize,
        /// Batches of an epoch.
        batches: usize,
        /// Training items.
        items: usize,
        /// Items in a full batch.
        batch_size: usize,
        /// A size of batches that leaves no item alone.
        next_size: usize,
    },
    /// The device failed while it was computing.
    #[error("the device failed: {reason}")]
    Device {
        /// What the backend says.
        reason: String,
    },
    /// A checkpoint is damaged.
    #[error("checkpoint {} is damaged: {reason}", path.display())]
    Damaged {
        /// Folder of the checkpoint.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// There is a checkpoint where a new run was to start.
    #[error("{} already holds checkpoints", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A training beside others draws from the generator that they all share.
    #[error(
        "the loss is another one when it is computed again: {} from Burn's generator, which trainings side by side share",
        draw(modules)
    )]
    SharedGenerator {
        /// Paths of the modules of Burn that draw from it; none where the task does so itself.
        modules: Vec<String>,
    },
    /// A callback failed.
    #[error("callback {name} failed: {reason}")]
    Callback {
        /// Name of the callback.
        name: String,
        /// What it says.
        reason: String,
    },
}

/// The names of metrics in a sentence.
fn there_are(known: &str) -> String {
    if known.is_empty() { "the task scores nothing".to_owned() } else { format!("there are {known}") }
}

/// Which values are better.
fn values(direction: Direction) -> &'static str {
    match direction {
        Direction::Minimise => "small",
        Direction::Maximise => "large",
    }
}

/// Who draws, in words.
fn draw(modules: &[String]) -> String {
    match modules {
        [] => "the task draws".to_owned(),
        [one] => format!("the module {one} draws"),
        many => format!("the modules {} draw", many.join(", ")),
    }
}

impl TrainError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl TrainError {
    /// The error that this one is in other words.
    fn inner(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Number(error) => error,
            Self::Data(error) => error,
            Self::Objective(error) => error,
            Self::Optim(error) => error,
            Self::Part(error) => error,
            Self::Shard(error) => error,
            Self::Ranks(error) => error,
            Self::Precision(error) => error,
            Self::Weights(error) => error,
            Self::NotConvex(error) => error,
            Self::Convex(error) => error,
            Self::Resume(error) => error,
            Self::NoDirection(error) => error,
            _ => return None,
        })
    }
}

impl Explain for TrainError {
    fn kind(&self) -> ErrorKind {
        if let Some(inner) = self.inner() {
            return inner.kind();
        }
        match self {
            Self::Diverged { .. } => ErrorKind::Diverged,
            Self::Device { .. } | Self::Callback { .. } => ErrorKind::Internal,
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::Io { .. } => ErrorKind::Io,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        if let Some(inner) = self.inner() {
            return inner.help();
        }
        match self {
            Self::Diverged { .. } => Some(
                "lower optim.lr, add a warm-up (schedule.warmup=1) or clip gradients (train.clip_norm=1)"
                    .to_owned(),
            ),
            Self::Monitor { name, known } if known.is_empty() => {
                Some(format!("add it in the task's score, as with scores.add_mean({name:?}, value, items)"))
            }
            Self::Monitor { .. } => {
                Some("set train.monitor to one of them, or hold data out with data.validation".to_owned())
            }
            Self::OtherDirection { .. } => {
                Some("resume with the task that the run began with, or start in another folder".to_owned())
            }
            Self::Damaged { .. } => {
                Some("see `kiln verify RUN`; an older checkpoint may be whole".to_owned())
            }
            Self::SharedGenerator { .. } => Some(
                "train one at a time (one job or worker), or draw from the seed that `Task::loss` gets: \
                 `kiln::kernels::dropout` does"
                    .to_owned(),
            ),
            Self::NothingToShare { schedule, what } => {
                Some(format!("set the {what} that it moves shares of, or leave {schedule} out"))
            }
            Self::NotEmpty { .. } => Some("resume the run, or start in another folder".to_owned()),
            Self::NothingToFreeze { .. } => {
                Some("name paths of the model, or parts of them up to a dot".to_owned())
            }
            Self::BatchOfOne { items: 1, .. } => {
                Some("give it more training items, or a normalisation that needs no other items".to_owned())
            }
            Self::BatchOfOne { batch_size, next_size, .. } => {
                let drop = if *batch_size > 1 { ", or train.drop_last = true" } else { "" };
                Some(format!("set train.batch_size = {next_size}{drop}, or normalise otherwise"))
            }
            Self::AllFrozen => Some("leave the head out of what is frozen".to_owned()),
            _ => None,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        if let Some(found) = self.inner().and_then(Explain::key) {
            return Some(found);
        }
        match self {
            Self::NothingToShare { schedule, .. } => Some(Cow::Borrowed(schedule)),
            Self::BatchOfOne { .. } => Some(Cow::Borrowed("train.batch_size")),
            Self::Monitor { .. } | Self::NoDirection(_) => Some(Cow::Borrowed("train.monitor")),
            _ => None,
        }
    }
}
