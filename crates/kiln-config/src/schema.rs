//! Which keys there are, taken from the configuration types themselves: every section, and every kind of it, is
//! written out once with all its settings. The compiler sees to it that none is left out, and serde names them.

use std::sync::OnceLock;

use kiln_augment::{
    AugmentConfig, HorizontalFlipConfig, JitterConfig, MixConfig, RowTransform, TransformConfig,
};
use kiln_core::ParamSelection;
use kiln_data::{Components, DataConfig, Encode, TaskKind};
use kiln_models::{Activation, ConvDropoutKind, DropoutKind, Head, Norm};
use kiln_models::{CnnConfig, LinearConfig, MlpConfig, ModelConfig, ResnetConfig};
use kiln_objective::{
    ActivityConfig, ActivityNorm, BinaryCrossEntropyConfig, BoxConfig, ConstraintConfig, CrossEntropyConfig,
    CumulativeL1Config, ElasticNetConfig, FocalConfig, GaussianNllConfig, GroupLassoConfig, HingeConfig,
    HuberConfig, InputGradientConfig, JacobianConfig, L1Config, L2Config, L21Config, LogCoshConfig,
    LossConfig, MaeConfig, MaxNormConfig, MseConfig, MultiMarginConfig, NonNegativeConfig, OrthogonalConfig,
    PenaltyConfig, PoissonNllConfig, QuantileConfig, SpectralConfig, UnitNormConfig, Units,
};
use kiln_optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AsgdConfig, AverageConfig, ConstantShape, CosineRestartsShape, CosineShape, CyclicShape, EmaConfig,
    ExponentialShape, GradientConfig, GroupConfig, InversePowerShape, InverseTimeShape, LambConfig,
    LinearShape, LionConfig, LookaheadConfig, MultiStepShape, MuonConfig, NadamConfig, NoamShape,
    OneCycleShape, OptimConfig, OptimizerConfig, PlateauShape, PolynomialShape, ProductShape, RadamConfig,
    RmspropConfig, SamConfig, ScheduleConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig,
    SequentialShape, SgdConfig, ShapeConfig, StableDecayShape, StepShape, SwaConfig,
};
use kiln_train::{CheckpointConfig, EarlyStoppingConfig, SolverConfig, TrainConfig};
use serde::Serialize;
use toml::{Table, Value};

/// A section, or one kind of a section: every key with a value of the right type.
#[derive(Debug)]
pub(crate) struct Shape {
    /// `data`, `model`, …; the top level is the empty string.
    pub(crate) section: &'static str,
    /// The value of `kind`, for sections that have kinds.
    pub(crate) kind: Option<String>,
    /// All keys.
    pub(crate) example: Table,
}

/// The sections, in the order of `run.toml`.
pub(crate) const SECTIONS: [&str; 16] = [
    "data",
    "augment",
    "mix",
    "model",
    "loss",
    "penalty",
    "constraint",
    "optim",
    "schedule",
    "momentum_schedule",
    "weight_decay_schedule",
    "gradient",
    "average",
    "train",
    "early_stopping",
    "checkpoint",
];

/// The sections that are lists of sections.
pub(crate) const LISTS: [&str; 2] = ["penalty", "constraint"];

/// Whether a setting of a section may be a table: a schedule, or parameters by a regular expression.
pub(crate) fn takes_table(section: &str, setting: &str) -> bool {
    let list = section.split('.').next().unwrap_or(section);
    LISTS.contains(&list) && matches!(setting, "schedule" | "params")
}

/// The sections that are schedules.
pub(crate) const SCHEDULES: [&str; 3] = ["schedule", "momentum_schedule", "weight_decay_schedule"];

/// The sections inside a section.
pub(crate) const INNER_SECTIONS: [&str; 2] = ["optim.sam", "optim.lookahead"];

/// The settings of an entry of `[[optim.group]]`.
pub(crate) const GROUP_KEYS: [&str; 3] = ["params", "lr_factor", "weight_decay"];

/// The shape of a section of a kind. `penalty.3` is the section `penalty`.
pub(crate) fn shape(section: &str, kind: Option<&str>) -> Option<&'static Shape> {
    shapes_of(section).find(|shape| shape.kind.as_deref() == kind)
}

/// All kinds of a section.
pub(crate) fn shapes_of(section: &str) -> impl Iterator<Item = &'static Shape> {
    let outer = section.split('.').next().unwrap_or(section);
    let section = match section {
        inner if INNER_SECTIONS.contains(&inner) => inner,
        // That of a strength, which can be whatever that of a momentum can be.
        own if LISTS.contains(&outer) && own.ends_with(".schedule") => SCHEDULES[1],
        _ => outer,
    };
    let section = section.to_owned();
    shapes().iter().filter(move |shape| shape.section == section)
}

/// The inner section that a dotted key names or lies in.
pub(crate) fn inner_section(key: &str) -> Option<&'static str> {
    let lies_in =
        |inner: &&str| key.strip_prefix(inner).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    INNER_SECTIONS.into_iter().find(lies_in)
}

/// A value of the right type for a dotted key, of whatever kind has it first.
pub(crate) fn example(key: &str) -> Option<&'static Value> {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    shapes_of(section).find_map(|shape| shape.example.get(name))
}

/// The names of the kinds of a section; empty when it has none.
pub(crate) fn kinds_of(section: &str) -> Vec<String> {
    shapes_of(section).filter_map(|shape| shape.kind.clone()).collect()
}

fn shapes() -> &'static [Shape] {
    static SHAPES: OnceLock<Vec<Shape>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let mut shapes = vec![
            Shape { section: "", kind: None, example: top_level() },
            plain("data", &data()),
            plain("gradient", &gradient()),
            plain("augment", &augment()),
            plain("mix", &MixConfig::default()),
            plain("train", &train()),
            plain("early_stopping", &EarlyStoppingConfig { patience: 1, min_delta: 0.5, warmup: 1 }),
            plain("checkpoint", &CheckpointConfig { every_epochs: 1, every_steps: Some(1), keep: 1 }),
        ];
        shapes.extend(averages().iter().map(|config| kind("average", config)));
        shapes.extend(models().iter().map(|config| kind("model", config)));
        shapes.extend(losses().iter().map(|config| kind("loss", config)));
        shapes.extend(penalties().iter().map(|config| kind("penalty", config)));
        shapes.extend(constraints().iter().map(|config| kind("constraint", config)));
        shapes.extend(optimizers().into_iter().map(|rule| kind("optim", &optimizer(rule))));
        shapes.push(plain("optim.sam", &SamConfig::default()));
        shapes.push(plain("optim.lookahead", &LookaheadConfig::default()));
        for section in SCHEDULES {
            let whole = |shape| ScheduleConfig { scale: 0.5, warmup: 0.5, warmup_start: 0.5, shape };
            // A plateau follows a metric: only the learning rate can.
            let own =
                |shape: &ShapeConfig| section == "schedule" || !matches!(shape, ShapeConfig::Plateau(_));
            shapes.extend(schedules().into_iter().filter(own).map(|shape| kind(section, &whole(shape))));
        }
        shapes
    })
}

fn plain(section: &'static str, config: &impl Serialize) -> Shape {
    Shape { section, kind: None, example: table(config) }
}

fn kind(section: &'static str, config: &impl Serialize) -> Shape {
    let example = table(config);
    let kind = example.get("kind").and_then(Value::as_str).map(str::to_owned);
    Shape { section, kind, example }
}

/// Settings always serialise to a table; an empty one would fail the test below.
fn table(config: &impl Serialize) -> Table {
    Table::try_from(config).unwrap_or_default()
}

fn top_level() -> Table {
    let entry = |key: &str, value: Value| (key.to_owned(), value);
    Table::from_iter([
        entry("seed", Value::Integer(0)),
        entry("device", Value::String("flex".to_owned())),
        entry("threads", Value::Integer(1)),
        entry("name", Value::String("name".to_owned())),
    ])
}

fn data() -> DataConfig {
    DataConfig {
        source: "csv".to_owned(),
        path: Some("data.csv".into()),
        target: vec!["y".to_owned()],
        task: Some(TaskKind::Regression),
        ignore: vec!["id".to_owned()],
        weight: Some("w".to_owned()),
        validation: 0.1,
        test: 0.1,
        stratify: true,
        standardize: true,
        // What may be left out is only shown when it is there.
        encode: Encode::OneHot,
        select: Some(1),
        pca: Some(Components::Count(1)),
        whiten: false,
    }
}

fn averages() -> [AverageConfig; 2] {
    [
        AverageConfig::Ema(EmaConfig {
            decay: 0.5,
            start: 0.5,
            every: 1,
            warmup: true,
            warmup_gamma: 0.5,
            warmup_power: 0.5,
            min_decay: 0.5,
            evaluate: true,
        }),
        AverageConfig::Swa(SwaConfig { start: 0.5, every: Some(1), evaluate: true }),
    ]
}

fn gradient() -> GradientConfig {
    GradientConfig {
        clip_param_norm: Some(0.5),
        adaptive_clip: Some(0.5),
        adaptive_clip_eps: 0.5,
        centralize: true,
        noise: Some(0.5),
        noise_decay: 0.5,
        record_norm: true,
    }
}

fn augment() -> AugmentConfig {
    AugmentConfig {
        transforms: vec![TransformConfig::HorizontalFlip(HorizontalFlipConfig { p: 0.5 })],
        rows: vec![RowTransform::Jitter(JitterConfig { sigma: 0.5 })],
    }
}

fn train() -> TrainConfig {
    TrainConfig {
        epochs: 1,
        steps: Some(1),
        batch_size: 1,
        accumulate: 1,
        shuffle: true,
        drop_last: true,
        clip_norm: Some(0.5),
        clip_value: Some(0.5),
        monitor: "loss".to_owned(),
        time_limit: Some(0.5),
        prefetch: 1,
        solver: Some(SolverConfig::Fista),
        gap_tolerance: Some(0.5),
        kkt_tolerance: Some(0.5),
        overfit_batch: false,
    }
}

fn models() -> [ModelConfig; 4] {
    let activation = Activation::Relu;
    [
        ModelConfig::Linear(LinearConfig { bias: true }),
        ModelConfig::Mlp(MlpConfig {
            hidden: vec![1],
            activation,
            dropout: 0.5,
            dropout_kind: DropoutKind::Element,
            input_dropout: 0.5,
            input_noise: 0.5,
            norm: Norm::None,
        }),
        ModelConfig::Cnn(CnnConfig {
            channels: vec![1],
            kernel: 3,
            convs_per_block: 1,
            pool: 2,
            hidden: vec![1],
            activation,
            norm: Norm::None,
            conv_dropout: 0.5,
            conv_dropout_kind: ConvDropoutKind::Element,
            conv_dropout_block: 5,
            dropout: 0.5,
            dropout_kind: DropoutKind::Element,
            head: Head::Flatten,
        }),
        ModelConfig::Resnet(ResnetConfig { width: 1, dropout: 0.5, stochastic_depth: 0.5, activation }),
    ]
}

fn losses() -> [LossConfig; 12] {
    [
        // What may be left out is only shown when it is there.
        LossConfig::CrossEntropy(CrossEntropyConfig {
            label_smoothing: 0.5,
            class_weights: vec![0.5],
            ignore_index: Some(1),
        }),
        LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig::default()),
        LossConfig::Focal(FocalConfig { gamma: 0.5, alpha: Some(0.5) }),
        LossConfig::Hinge(HingeConfig::default()),
        LossConfig::MultiMargin(MultiMarginConfig::default()),
        LossConfig::Mse(MseConfig {}),
        LossConfig::Mae(MaeConfig {}),
        LossConfig::Huber(HuberConfig::default()),
        LossConfig::LogCosh(LogCoshConfig {}),
        LossConfig::Quantile(QuantileConfig::default()),
        LossConfig::PoissonNll(PoissonNllConfig::default()),
        LossConfig::GaussianNll(GaussianNllConfig::default()),
    ]
}

fn penalties() -> [PenaltyConfig; 11] {
    // What may be left out is only shown when it is there.
    let schedule = || Some(ScheduleConfig::default());
    let (params, step) = (ParamSelection::Weights, 0.5);
    [
        PenaltyConfig::L1(L1Config { schedule: schedule(), ..L1Config::new(0.5) }),
        PenaltyConfig::CumulativeL1(CumulativeL1Config {
            schedule: schedule(),
            ..CumulativeL1Config::new(0.5)
        }),
        PenaltyConfig::L2(L2Config { schedule: schedule(), ..L2Config::new(0.5) }),
        PenaltyConfig::ElasticNet(ElasticNetConfig {
            schedule: schedule(),
            ..ElasticNetConfig::new(0.5, 0.5)
        }),
        PenaltyConfig::GroupLasso(GroupLassoConfig { schedule: schedule(), ..GroupLassoConfig::new(0.5) }),
        PenaltyConfig::L21(L21Config { schedule: schedule(), ..L21Config::new(0.5) }),
        PenaltyConfig::Orthogonal(OrthogonalConfig { schedule: schedule(), ..OrthogonalConfig::new(0.5) }),
        PenaltyConfig::Spectral(SpectralConfig {
            strength: 0.5,
            iterations: 1,
            params,
            schedule: schedule(),
        }),
        PenaltyConfig::Activity(ActivityConfig {
            strength: 0.5,
            norm: ActivityNorm::L1,
            layers: vec!["layers.0".to_owned()],
            schedule: schedule(),
        }),
        PenaltyConfig::InputGradient(InputGradientConfig { strength: 0.5, step, schedule: schedule() }),
        PenaltyConfig::Jacobian(JacobianConfig { strength: 0.5, step, schedule: schedule() }),
    ]
}

fn constraints() -> [ConstraintConfig; 4] {
    let (units, params) = (Units::Output, ParamSelection::Weights);
    [
        ConstraintConfig::MaxNorm(MaxNormConfig { max: 0.5, units, params: params.clone() }),
        ConstraintConfig::UnitNorm(UnitNormConfig::default()),
        ConstraintConfig::NonNegative(NonNegativeConfig::default()),
        ConstraintConfig::Box(BoxConfig { low: 0.5, high: 0.5, params }),
    ]
}

fn optimizers() -> [OptimConfig; 17] {
    [
        OptimConfig::Sgd(SgdConfig::default()),
        OptimConfig::Asgd(AsgdConfig::default()),
        OptimConfig::Adam(AdamConfig::default()),
        OptimConfig::Adamw(AdamwConfig::default()),
        OptimConfig::Nadam(NadamConfig::default()),
        OptimConfig::Radam(RadamConfig::default()),
        OptimConfig::Adamax(AdamaxConfig::default()),
        OptimConfig::Rmsprop(RmspropConfig::default()),
        OptimConfig::Adagrad(AdagradConfig::default()),
        OptimConfig::Adadelta(AdadeltaConfig::default()),
        // What may be left out is only shown when it is there.
        OptimConfig::Adafactor(AdafactorConfig { eps1: Some(0.5), ..Default::default() }),
        OptimConfig::Lamb(LambConfig::default()),
        OptimConfig::Lion(LionConfig::default()),
        OptimConfig::Adan(AdanConfig::default()),
        OptimConfig::Muon(MuonConfig { adamw_lr: Some(0.5), ..Default::default() }),
        OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig::default()),
        OptimConfig::ScheduleFreeAdamw(ScheduleFreeAdamwConfig::default()),
    ]
}

/// The sections inside it are sections of their own.
fn optimizer(rule: OptimConfig) -> OptimizerConfig {
    let group = GroupConfig { params: ParamSelection::All, lr_factor: 0.5, weight_decay: Some(0.5) };
    OptimizerConfig { layer_decay: Some(0.5), group: vec![group], ..rule.into() }
}

fn schedules() -> [ShapeConfig; 17] {
    let (gamma, end) = (0.5, 0.5);
    let parts = || vec![ScheduleConfig::default()];
    [
        ConstantShape {}.into(),
        StepShape { every: 0.5, gamma }.into(),
        MultiStepShape { milestones: vec![0.5], gamma }.into(),
        ExponentialShape { gamma }.into(),
        PolynomialShape { power: 0.5, end }.into(),
        InverseTimeShape { rate: 0.5 }.into(),
        InversePowerShape { power: 0.5 }.into(),
        LinearShape { start: 0.5, end }.into(),
        CosineShape { end }.into(),
        CosineRestartsShape { every: 0.5, mult: 1, gamma, end }.into(),
        CyclicShape { fall: Some(0.5), ..CyclicShape::new(0.5) }.into(),
        OneCycleShape::default().into(),
        StableDecayShape::default().into(),
        NoamShape { rise: 0.5, model_size: Some(1) }.into(),
        SequentialShape { parts: [parts(), parts()].concat(), starts: vec![0.5] }.into(),
        ProductShape { parts: parts() }.into(),
        PlateauShape::default().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_there_with_all_its_keys() {
        for section in SECTIONS {
            assert!(shapes_of(section).count() > 0, "{section}");
        }
        let keys = |section, kind| {
            shape(section, kind).unwrap().example.keys().map(String::as_str).collect::<Vec<_>>()
        };
        assert_eq!(kinds_of("model"), ["linear", "mlp", "cnn", "resnet"]);
        assert_eq!(kinds_of("penalty.2")[..4], ["l1", "cumulative-l1", "l2", "elastic-net"]);
        assert_eq!(kinds_of("constraint.0"), ["max-norm", "unit-norm", "non-negative", "box"]);
        assert_eq!(keys("checkpoint", None), ["every_epochs", "every_steps", "keep"]);
        assert_eq!(keys("schedule", Some("cosine")), ["end", "kind", "scale", "warmup", "warmup_start"]);
        assert!(keys("train", None).contains(&"clip_norm"));
    }

    #[test]
    fn the_examples_can_be_read_back() {
        for shape in shapes() {
            let table = Value::Table(shape.example.clone());
            let error = match shape.section {
                "" => None,
                "data" => table.try_into::<DataConfig>().err(),
                "augment" => table.try_into::<AugmentConfig>().err(),
                "mix" => table.try_into::<MixConfig>().err(),
                "model" => table.try_into::<ModelConfig>().err(),
                "loss" => table.try_into::<LossConfig>().err(),
                "penalty" => table.try_into::<PenaltyConfig>().err(),
                "constraint" => table.try_into::<ConstraintConfig>().err(),
                "optim" => table.try_into::<OptimizerConfig>().err(),
                "optim.sam" => table.try_into::<SamConfig>().err(),
                "optim.lookahead" => table.try_into::<LookaheadConfig>().err(),
                section if SCHEDULES.contains(&section) => table.try_into::<ScheduleConfig>().err(),
                "average" => table.try_into::<AverageConfig>().err(),
                "gradient" => table.try_into::<GradientConfig>().err(),
                "train" => table.try_into::<TrainConfig>().err(),
                "early_stopping" => table.try_into::<EarlyStoppingConfig>().err(),
                "checkpoint" => table.try_into::<CheckpointConfig>().err(),
                other => panic!("no type for {other}"),
            };
            assert!(error.is_none(), "{} {:?}: {error:?}", shape.section, shape.kind);
        }
    }
}
