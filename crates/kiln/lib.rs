//! Train neural networks on Burn, and know how well they will do on data they have not seen.
//!
//! This crate puts the parts of kiln under one name. The command `kiln` is made of the same parts.
//!
//! - [`augment`]: images augmented on the host, the same on every backend
//! - [`config`]: the configuration of a run, from files, environment and arguments
//! - [`data`]: data sets, splits, preprocessing fitted on the training part, seeded loading
//! - [`experiment`]: runs in folders, cross-validation and search, resumed after a kill; paths and curves
//! - [`kernels`]: fused operations for modules of your own, with CPU kernels on flex
//! - [`metrics`]: scikit-learn's metrics on plain slices, streaming where they can be
//! - [`models`]: linear, MLP, CNN, ResNet
//! - [`objective`]: losses and penalties
//! - [`optim`]: optimisers and schedules with PyTorch's defaults
//! - [`train`]: the training loop, early stopping, checkpoints, exact resume
//! - [`validate`]: splitters, cross-validation, statistics, calibration
//! - [`report`]: tables, progress, JSON lines
//!
//! The seed, checked numbers, devices by name and weights by path are at the top.
//!
//! # Features
//!
//! Embed the library with `default-features = false` and what you need:
//!
//! | feature | what it adds |
//! |---|---|
//! | `flex`, `ndarray`, `wgpu` | a backend |
//! | `experiment` | [`config`], [`experiment`], and [`Run`] |
//! | `report` | [`report`] |
//! | `gzip`, `zstd`, `encodings` | tables and IDX files that are compressed, tables in UTF-16 and Latin-1 |
//! | `images` | data sets of image files |
//! | `schema` | the JSON Schema of all settings, as `JsonSchema` of the crate schemars |
//! | `parquet`, `xlsx`, `numpy` | tables in Parquet and Arrow files, Excel workbooks, NumPy's arrays; not part of `cli` |
//! | `pytorch` | weights in the files of `torch.save` (`.pt`, `.pth`); not part of `cli` |
//! | `serve` | a run's model over HTTP, `kiln::serve` and `kiln serve`; runs in progress in a browser, `kiln watch`; not part of `cli` |
//! | `tui` | curves on the terminal while a model trains, `--progress tui`; not part of `cli` |
//! | `mlflow`, `mlflow-tls` | metrics to an MLflow server, over HTTP and HTTPS; not part of `cli` |
//! | `postgres` | workers of a search or a cross-validation that meet in a PostgreSQL database; not part of `cli` |
//! | `burn-dataset` | data sets of the crate burn-dataset as a source of batches |
//! | `cli` | the command, and all of the above but backends and burn-dataset |
//!
//! The defaults are `cli` and `flex`.
//!
//! # Where to begin
//!
//! | to | begin with |
//! |---|---|
//! | train on a file | [`data::DataConfig`], [`data::Prepared::load`] |
//! | train a module of your own | [`train::Supervised::with_default_loss`], [`train::Task`], [`train::Trainer`] |
//! | feed data that no reader knows | [`data::Collate`], [`data::Source`], [`data::Dataset::new`] |
//! | measure what you want, and pick the best epoch by it | [`train::Supervised::metric`], [`train::Scores::keep`], [`train::TrainConfig::monitor`], [`metrics::f1_score`] |
//! | use parts in a loop of your own | [`optim::Optimizer`], [`objective::Loss`], [`data::Loader`] |
//! | punish weights | [`objective::PenaltyConfig`], [`objective::Custom`], [`train::Trainer::penalty`] |
//! | stop early, go on after a kill | [`train::EarlyStoppingConfig`], [`train::CheckpointConfig`], [`train::Trainer::resume`] |
//! | train a GAN | [`train::Trainer::optimizer_for`] |
//! | load weights of PyTorch, freeze a body, thaw it | [`Weights::read_as`], [`Layout`], [`train::Freeze`], [`train::Trainer::freeze`] |
//! | augment images | [`augment::Augmented`], and the transforms in [`augment`] |
//! | cross-validate | [`experiment::own::cross_validate`] for a module, [`experiment::cross_validate`] for a configuration, [`validate::cross::cross_validate`] for any function |
//! | know whether one model is better | [`validate::statistics::compare`] |
//! | search for settings | [`experiment::own::search`] for a module, [`experiment::tune::tune`] for a configuration |
//! | predict in a server | [`Run`], [`Predictor`] |
//! | keep ids beside predictions | [`Predictor::read`], [`experiment::predict::NewItems::keep`], [`experiment::predict::NewItems::predict`] |
//! | choose a threshold | [`validate::calibration::choose_threshold`] |
//! | explain a prediction | [`explain`] |
//! | run on a GPU | [`DeviceName`] |
//!
//! Examples on the pages behind these import from the crates that kiln is made of. Write `kiln::train::X` for their `kiln_train::X`, the same
//! for every other crate, and `kiln::X` for `kiln_core::X`.
//!
//! # A training
//!
//! A training takes data, a model, a task and a trainer. The task says how a batch becomes a loss and how the model is
//! scored: [`train::Supervised`] does so for kiln's own batches; for anything else write a [`train::Task`].
//!
//! ```
//! use kiln::prelude::*;
//!
//! let device = DeviceName::Auto.open()?;
//! let iris = Prepared::load(&DataConfig::new("iris"), Seed::new(0))?;
//! let target = TargetKind::Classes(iris.fitted.outputs());
//! let loss = LossConfig::default_for(target).build(target)?;
//! let model = ModelConfig::Mlp(MlpConfig { hidden: vec![16], ..MlpConfig::default() }).init(
//!     iris.fitted.input_shape(),
//!     loss.outputs(),
//!     &device,
//!     Seed::new(0).purpose(Purpose::Init),
//! )?;
//!
//! let task = Supervised::new(Network::forward, loss, iris.fitted.clone());
//! let outcome = Trainer::new(task.clone(), TrainConfig { epochs: 5, batch_size: 8, ..TrainConfig::default() })
//!     .optimizer(AdamConfig { lr: 0.01, ..AdamConfig::default() })
//!     .fit(model, &Data::new(iris.train()))?;
//! assert_eq!(outcome.stop, Stop::Finished);
//!
//! let test = Loader::new(iris.test().expect("iris has a fixed test part"), 500)?;
//! let scores = evaluate(&task, &outcome.model, &test, &device)?;
//! assert!(scores.metrics().get("accuracy").is_some_and(|accuracy| accuracy > 0.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A run that the command or [`experiment::train`] left behind predicts in a program: [`Run::open`], [`Run::best`],
//! [`Predictor::predict_row`].
//!
//! The folder `examples` has more: models, tasks and callbacks of your own, and the comparison of backends.

// Inlined, so that every page of this documentation leads to one of the same.
#[doc(inline)]
pub use kiln_core::*;
#[cfg(feature = "experiment")]
#[doc(inline)]
pub use kiln_experiment::{Predictor, Run};
#[doc(inline)]
pub use kiln_train::Prediction;

#[doc(inline)]
pub use kiln_augment as augment;
#[cfg(feature = "experiment")]
#[doc(inline)]
pub use kiln_config as config;
#[doc(inline)]
pub use kiln_convex as convex;
#[doc(inline)]
pub use kiln_data as data;
#[cfg(feature = "experiment")]
#[doc(inline)]
pub use kiln_experiment as experiment;
#[doc(inline)]
pub use kiln_explain as explain;
#[doc(inline)]
pub use kiln_kernels as kernels;
#[doc(inline)]
pub use kiln_metrics as metrics;
#[doc(inline)]
pub use kiln_models as models;
#[doc(inline)]
pub use kiln_objective as objective;
#[doc(inline)]
pub use kiln_optim as optim;
#[cfg(feature = "page")]
#[doc(inline)]
pub use kiln_page as page;
#[cfg(feature = "report")]
#[doc(inline)]
pub use kiln_report as report;
#[cfg(feature = "serve")]
#[doc(inline)]
pub use kiln_serve as serve;
#[doc(inline)]
pub use kiln_train as train;
#[doc(inline)]
pub use kiln_validate as validate;

/// What most programs need: `use kiln::prelude::*;`.
///
/// Some configurations are named as those of `burn::nn` are; a name that is imported by itself wins over both.
pub mod prelude {
    #[doc(no_inline)]
    pub use burn::module::Module;
    #[doc(no_inline)]
    pub use burn::tensor::{Device, Tensor};
    #[doc(no_inline)]
    pub use kiln_augment::{Augmented, transform_fn};
    #[doc(no_inline)]
    pub use kiln_core::{
        DeviceName, Direction, ErrorKind, Explain, Layout, Metric, ParamSelection, Purpose, Seed, Weights,
    };
    #[doc(no_inline)]
    pub use kiln_data::{
        Batch, CellValue, Collate, Components, DataConfig, DataError, Dataset, Encode, InputShape, Inputs,
        Loader, Prepared, Preprocess, Rows, Scaling, Source, Split, Targets, TaskKind,
    };
    #[cfg(feature = "experiment")]
    #[doc(no_inline)]
    pub use kiln_experiment::{Predictor, Run};
    #[doc(no_inline)]
    pub use kiln_models::{
        Activation, Cnn, CnnConfig, Linear, LinearConfig, Mlp, MlpConfig, ModelConfig, Network, Norm, Resnet,
        ResnetConfig, Tabm, TabmConfig,
    };
    #[doc(no_inline)]
    pub use kiln_objective::{
        BinaryCrossEntropyConfig, ClassWeights, ConstraintConfig, CrossEntropyConfig, Custom,
        ElasticNetConfig, FocalConfig, GaussianNllConfig, GroupLassoConfig, HingeConfig, HuberConfig,
        L1Config, L2Config, L2SpConfig, Loss, LossConfig, MaxNormConfig, PenaltyConfig, PenaltyTerm,
        PoissonNllConfig, QuantileConfig, TargetKind, Units,
    };
    #[doc(no_inline)]
    pub use kiln_optim::{
        AdamConfig, AdamwConfig, CosineShape, Gradients, LinearShape, OneCycleShape, OptimConfig, Optimizer,
        OptimizerConfig, PlateauShape, RmspropConfig, ScheduleConfig, ScheduleFn, SgdConfig, ShapeConfig,
        StepShape,
    };
    #[doc(no_inline)]
    pub use kiln_train::{
        BatchMetrics, Callback, CheckpointConfig, Data, Decision, EarlyStoppingConfig, EpochRecord,
        EpochView, Freeze, History, Kept, Metrics, Outcome, PartOptimizer, Prediction, Scores, StepView,
        Stop, Supervised, Task, TaskState, TrainConfig, TrainError, Trainer, after_epoch, evaluate,
    };
    #[doc(no_inline)]
    pub use kiln_validate::split::{Fold, Items, KFold, Splitter, StratifiedKFold, split_fn};
}

/// The programs of the guide, compiled and run as doc tests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../docs/guide/own-models.md")]
    struct OwnModels;
    #[doc = include_str!("../../docs/guide/own-data.md")]
    struct OwnData;
    #[doc = include_str!("../../docs/guide/transfer.md")]
    struct Transfer;
    #[doc = include_str!("../../docs/guide/several-optimisers.md")]
    struct SeveralOptimisers;
    #[doc = include_str!("../../docs/guide/evaluation.md")]
    struct Evaluation;
    #[doc = include_str!("../../docs/guide/serving.md")]
    struct Serving;
    #[doc = include_str!("../../docs/guide/metrics.md")]
    struct Metrics;
    #[doc = include_str!("../../docs/guide/first-run.md")]
    struct FirstRun;
    #[doc = include_str!("../../docs/guide/results.md")]
    struct Results;
    #[doc = include_str!("../../docs/guide/regularisation.md")]
    struct Regularisation;
    #[doc = include_str!("../../docs/guide/search.md")]
    struct Search;
    #[doc = include_str!("../../docs/guide/backends.md")]
    struct Backends;
}
