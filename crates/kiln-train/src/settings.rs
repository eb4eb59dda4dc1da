//! The settings that the bits of a run follow from, as a checkpoint keeps them.

use kiln_core::{ParamInfo, ParamKind};
use kiln_data::Source;
use kiln_objective::PenaltyConfig;
use kiln_optim::{AnySchedule, AverageConfig, GradientConfig, OptimizerConfig, ScheduleConfig};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Data, EarlyStoppingConfig, PartOptimizer, Task, TrainConfig, Trainer};

/// What `state.json` holds under `settings`. What never changes a bit is left out: threads, limits of time, checkpoints.
#[derive(Serialize)]
struct Settings<'a> {
    /// Shape of each parameter, and whether it is frozen.
    model: Map<String, Value>,
    seed: u64,
    train: &'a TrainConfig,
    optim: &'a OptimizerConfig,
    own_rule: Option<String>,
    optimizers: Vec<Value>,
    freeze: Vec<String>,
    schedule: Value,
    momentum_schedule: Option<Value>,
    weight_decay_schedule: Option<Value>,
    dropout_schedule: Option<Value>,
    label_smoothing_schedule: Option<Value>,
    penalty: &'a [PenaltyConfig],
    own_penalty: Vec<String>,
    constraint: Vec<String>,
    gradient: &'a GradientConfig,
    average: &'a Option<AverageConfig>,
    early_stopping: &'a Option<EarlyStoppingConfig>,
    task: Value,
    data: Parts,
}

/// The parts of the data.
#[derive(Serialize)]
struct Parts {
    train: Items,
    validation: Option<Items>,
}

/// What is known of the items of a part.
#[derive(Serialize)]
struct Items {
    items: usize,
    fingerprint: Option<String>,
}

impl Items {
    fn of<B>(source: &dyn Source<B>) -> Self {
        let fingerprint = source.fingerprint().map(|fingerprint| fingerprint.as_str().to_owned());
        Self { items: source.len(), fingerprint }
    }
}

/// The steps at which a schedule of one's own is looked at, as far as the run has them.
const LOOKED_AT: [u64; 10] = [0, 1, 2, 5, 10, 30, 100, 1_000, 10_000, 100_000];

/// The settings of a run of `trainer` on `data`, of so many steps, with a model with these parameters.
pub(crate) fn settings<T: Task>(
    trainer: &Trainer<T>,
    data: &Data<T::Batch>,
    params: &[ParamInfo],
    steps: u64,
) -> Value {
    let schedule = |any: &AnySchedule| any_schedule(any, steps);
    let shape = |info: &ParamInfo| {
        let dims: Vec<String> = info.dims.iter().map(usize::to_string).collect();
        let frozen = !info.trainable && info.kind != ParamKind::Running;
        let text = dims.join("×") + if frozen { ", frozen" } else { "" };
        (info.path.clone(), Value::String(text))
    };
    let settings = Settings {
        model: params.iter().map(shape).collect(),
        seed: trainer.seed_number,
        train: &trainer.config,
        optim: &trainer.optim,
        optimizers: trainer.parts.iter().map(|part| optimizer(part, steps)).collect(),
        freeze: trainer.freezes.iter().map(|freeze| format!("{freeze:?}")).collect(),
        own_rule: trainer.own_rule.as_ref().map(|rule| format!("{rule:?}")),
        schedule: schedule(&trainer.schedule),
        momentum_schedule: trainer.momentum_schedule.as_ref().map(schedule),
        weight_decay_schedule: trainer.weight_decay_schedule.as_ref().map(schedule),
        dropout_schedule: trainer.shares.dropout.as_ref().map(schedule),
        label_smoothing_schedule: trainer.shares.label_smoothing.as_ref().map(schedule),
        penalty: &trainer.penalties,
        own_penalty: trainer.own_penalties.iter().map(|term| format!("{term:?}")).collect(),
        constraint: trainer.constraints.iter().map(|one| format!("{:?}", one.as_kind())).collect(),
        gradient: &trainer.gradient,
        average: &trainer.average,
        early_stopping: &trainer.early_stopping,
        task: trainer.task.settings(),
        data: Parts { train: Items::of(&*data.train), validation: data.validation.as_deref().map(Items::of) },
    };
    // Numbers, texts and lists of them: nothing that JSON refuses.
    let mut settings = serde_json::to_value(settings).unwrap_or_default();
    leave_out_free(&mut settings);
    settings
}

/// The settings of one of several optimisers.
fn optimizer(part: &PartOptimizer, steps: u64) -> Value {
    let schedule = |any: &AnySchedule| any_schedule(any, steps);
    serde_json::json!({
        "name": part.name,
        "optim": part.optim,
        "params": part.selection(),
        "own_rule": part.own_rule.as_ref().map(|rule| format!("{rule:?}")),
        "schedule": part.schedule.as_ref().map(schedule),
        "momentum_schedule": part.momentum_schedule.as_ref().map(schedule),
        "weight_decay_schedule": part.weight_decay_schedule.as_ref().map(schedule),
        "gradient": part.gradient,
        "clip_norm": part.clip_norm,
        "clip_value": part.clip_value,
        "loss_of": part.loss_of,
    })
}

/// Settings as they are; a schedule of one's own by its values at some of so many steps.
fn any_schedule(schedule: &AnySchedule, steps: u64) -> Value {
    match schedule {
        AnySchedule::Config(config) => serde_json::to_value(config).unwrap_or_default(),
        AnySchedule::Own(own) => {
            let steps = LOOKED_AT.into_iter().filter(|step| *step < steps);
            let values: Map<String, Value> =
                steps.map(|step| (step.to_string(), own.at(step).into())).collect();
            serde_json::json!({ "kind": "own", "values": values })
        }
    }
}

/// The sections that hold a schedule.
pub(crate) const SCHEDULES: [&str; 5] = [
    "schedule",
    "momentum_schedule",
    "weight_decay_schedule",
    "dropout_schedule",
    "label_smoothing_schedule",
];

/// Takes out what may differ from one part of a run to the next.
fn leave_out_free(settings: &mut Value) {
    if let Some(train) = settings.get_mut("train").and_then(Value::as_object_mut) {
        train.retain(|name, _| name != "time_limit" && name != "prefetch");
    }
}

/// Whether `name` begins with the name of a section, so that it may be named as changed on purpose.
pub(crate) fn has_section(settings: &Value, name: &str) -> bool {
    let section = name.split('.').next().unwrap_or_default();
    section == CALLBACKS || settings.get(section).is_some()
}

/// What the states of callbacks are called among the settings.
pub(crate) const CALLBACKS: &str = "callbacks";

/// Settings that an older program wrote, with the defaults of the settings that have come since.
pub(crate) fn completed(mut settings: Value) -> Value {
    complete::<TrainConfig>(&mut settings, "train");
    complete::<OptimizerConfig>(&mut settings, "optim");
    complete::<Vec<PenaltyConfig>>(&mut settings, "penalty");
    complete::<GradientConfig>(&mut settings, "gradient");
    complete::<Option<AverageConfig>>(&mut settings, "average");
    complete::<Option<EarlyStoppingConfig>>(&mut settings, "early_stopping");
    for section in SCHEDULES {
        complete::<Option<ScheduleConfig>>(&mut settings, section);
    }
    leave_out_free(&mut settings);
    settings
}

/// Writes a section anew, as far as it can be read.
fn complete<S: Serialize + DeserializeOwned>(settings: &mut Value, section: &str) {
    let Some(written) = settings.get_mut(section) else { return };
    if let Ok(read) = serde_json::from_value::<S>(written.clone())
        && let Ok(again) = serde_json::to_value(read)
    {
        *written = again;
    }
}
