//! Every schedule under the laws of `kiln_testkit::check_schedule`, and how parts fit together.

use kiln_core::{ErrorKind, Explain};
use kiln_optim::{
    Anneal, Constant, CosineRestartsShape, CosineShape, CoslogShape, CycleMode, CyclicShape,
    ExponentialShape, InversePowerShape, InverseTimeShape, LearningRate, LinearShape, MultiStepShape,
    NoamShape, OneCycleShape, OptimError, PlateauShape, PolynomialShape, Product, ProductShape, Schedule,
    ScheduleConfig, ScheduleFn, Sequential, SequentialShape, ShapeConfig, StableDecayShape, StepShape,
};
use kiln_testkit::{ScheduleLaws, check_schedule};

const LR: f64 = 0.5;
const PER_EPOCH: u64 = 20;
const STEPS: u64 = 400;

pub(crate) fn plateau(factor: f64, patience: u64, threshold: f64) -> ShapeConfig {
    PlateauShape { factor, patience, threshold, ..PlateauShape::default() }.into()
}

pub(crate) fn one_cycle(rise: f64, div: f64, final_div: f64) -> ShapeConfig {
    OneCycleShape { rise, div, final_div, ..OneCycleShape::default() }.into()
}

fn cyclic(mode: CycleMode) -> ShapeConfig {
    CyclicShape { fall: Some(1.0), mode, gamma: 0.9, ..CyclicShape::new(2.0) }.into()
}

fn shaped(shape: impl Into<ShapeConfig>) -> ScheduleConfig {
    shape.into().into()
}

/// Name, shape, end as a share of the rate, largest change as a share of it.
fn shapes() -> Vec<(&'static str, ShapeConfig, Option<f64>, Option<f64>)> {
    let (gamma, end) = (0.5, 0.2);
    let parts = || vec![shaped(ShapeConfig::default()), shaped(CosineShape { end })];
    vec![
        ("constant", ShapeConfig::default(), Some(1.0), Some(0.0)),
        ("step", StepShape { every: 1.5, gamma }.into(), None, None),
        ("multi-step", MultiStepShape { milestones: vec![2.0, 7.25], gamma }.into(), Some(0.25), None),
        ("exponential", ExponentialShape { gamma }.into(), None, Some(0.035)),
        ("polynomial", PolynomialShape { power: 2.0, end }.into(), Some(end), Some(0.005)),
        ("inverse-time", InverseTimeShape { rate: 0.5 }.into(), None, Some(0.026)),
        ("inverse-power", InversePowerShape { power: 0.5 }.into(), None, Some(0.293)),
        ("linear", LinearShape { start: 0.5, end }.into(), Some(end), Some(0.001)),
        ("cosine", CosineShape { end }.into(), Some(end), Some(0.004)),
        ("cosine-restarts", CosineRestartsShape { every: 3.0, mult: 2, gamma, end }.into(), None, None),
        ("cyclic", cyclic(CycleMode::Triangular), None, Some(0.046)),
        ("cyclic, halved", cyclic(CycleMode::Triangular2), None, Some(0.046)),
        ("cyclic, exponential", cyclic(CycleMode::ExpRange), None, Some(0.046)),
        ("one-cycle", one_cycle(0.3, 25.0, 1e4), Some(1.0 / 25e4), Some(0.014)),
        (
            "stable-decay",
            StableDecayShape { decay: 0.25, end, anneal: Anneal::Linear }.into(),
            Some(end),
            Some(0.009),
        ),
        ("coslog", CoslogShape { cycles: 4.0 }.into(), Some(0.0), Some(0.145)),
        ("noam", NoamShape { rise: 3.0, model_size: None }.into(), None, Some(0.017)),
        ("sequential", SequentialShape { parts: parts(), starts: vec![5.0] }.into(), Some(end), Some(0.005)),
        ("product", ProductShape { parts: parts() }.into(), Some(end), Some(0.004)),
        ("plateau", plateau(0.5, 1, 0.0), Some(1.0), Some(0.0)),
    ]
}

#[test]
fn every_schedule_keeps_the_laws() {
    for kind in ShapeConfig::NAMES {
        assert!(
            shapes().iter().any(|(_, shape, ..)| shape.name() == *kind),
            "{kind} is not among the shapes"
        );
    }
    for (name, shape, end, change) in shapes() {
        for (warmup, scale) in [(0.0, 1.0), (1.0, 0.5)] {
            let config = ScheduleConfig { warmup, scale, ..shaped(shape.clone()) };
            let build = || {
                let rate = config.build(LR, PER_EPOCH, STEPS).unwrap();
                move |step| rate.at(step)
            };
            let most = LR * scale;
            // A warm-up over one epoch rises by a twentieth a step, and leaves the rest a twentieth less time.
            let steepest = |change: f64| if warmup > 0.0 { (1.06 * change).max(0.0501) } else { change };
            let laws = ScheduleLaws {
                steps: STEPS,
                most,
                end: end.map(|end| end * most),
                change: change.map(|change| steepest(change) * most + 1e-15),
            };
            // What starts below its highest rate jumps there behind a warm-up, which ends at the whole of it.
            let jumps = warmup > 0.0 && !matches!(name, "constant" | "polynomial" | "exponential");
            let laws = if jumps { ScheduleLaws { change: None, ..laws } } else { laws };
            check_schedule(name, build, laws);
        }
    }
}

#[test]
fn momentum_keeps_them_too() {
    let cycle: ShapeConfig = OneCycleShape { cycle_momentum: true, ..OneCycleShape::default() }.into();
    let waves: ShapeConfig =
        CyclicShape { fall: Some(1.0), cycle_momentum: true, ..CyclicShape::new(2.0) }.into();
    for (name, shape, most, end) in [("one-cycle", cycle, 0.95, Some(0.95)), ("cyclic", waves, 0.9, None)] {
        for warmup in [0.0, 2.0] {
            let config = ScheduleConfig { warmup, ..shaped(shape.clone()) };
            let build = || {
                let rate = config.build(LR, PER_EPOCH, STEPS).unwrap();
                move |step| rate.momentum_at(step).unwrap()
            };
            check_schedule(name, build, ScheduleLaws { steps: STEPS, most, end, change: Some(0.006) });
            // It waits where it starts while the rate warms up.
            assert_eq!(build()((warmup * 20.0) as u64), most);
        }
    }
}

#[test]
fn combinators_and_closures_keep_them() {
    let line = || ScheduleFn::new(|step| 1.0 - (step as f64 / 50.0).min(1.0));
    let laws = ScheduleLaws { steps: 100, most: 1.0, end: Some(0.0), change: Some(0.0201) };
    let sequence = || {
        let parts: Vec<Box<dyn Schedule>> = vec![Box::new(Constant { value: 1.0 }), Box::new(line())];
        let sequence = Sequential::new(parts, vec![50]).unwrap();
        move |step| sequence.at(step)
    };
    check_schedule("sequential", sequence, laws);
    let product = || {
        let product = Product::new(vec![Box::new(line()), Box::new(line())]);
        move |step| product.at(step)
    };
    check_schedule("product", product, ScheduleLaws { change: Some(0.04), ..laws });
    let closure = || {
        let rate = LearningRate::new(line());
        move |step| rate.at(step)
    };
    check_schedule("closure", closure, laws);
}

#[test]
fn another_setting_is_scheduled_around_its_own_value() {
    let config = shaped(LinearShape { start: 1.0, end: 0.5 });
    let decay = config.build_for("weight_decay_schedule", 0.02, PER_EPOCH, STEPS).unwrap();
    assert_eq!((decay.at(0), decay.at(STEPS / 2), decay.at(STEPS)), (0.02, 0.015, 0.01));
    let error = shaped(CosineShape { end: 2.0 }).build_for("momentum_schedule", 0.9, 1, 1).unwrap_err();
    assert_eq!(error.to_string(), "momentum_schedule.end is 2, it must be at least 0 and at most 1");
    let error = shaped(plateau(0.5, 1, 0.0)).build_for("momentum_schedule", 0.9, 1, 1).unwrap_err();
    assert!(error.to_string().starts_with("momentum_schedule cannot be of this kind: a plateau"), "{error}");
}

#[test]
fn parts_that_do_not_fit_are_refused_by_name() {
    let constant = || shaped(ShapeConfig::default());
    let sequence = |parts, starts| shaped(SequentialShape { parts, starts }).build(LR, 10, 100).unwrap_err();
    let error = sequence(vec![constant()], vec![1.0]);
    assert_eq!(error, OptimError::Parts { key: "schedule.starts".to_owned(), parts: 1, starts: 1 });
    assert_eq!(error.key().as_deref(), Some("schedule.starts"));
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.help().is_some_and(|help| help.contains("starts = [")));
    let error = sequence(vec![constant(), constant(), constant()], vec![3.0, 2.0]);
    assert_eq!(error.to_string(), "schedule.starts must rise, 2 comes after 3");
    let error = sequence(vec![constant(), shaped(ExponentialShape { gamma: -1.0 })], vec![3.0]);
    assert_eq!(error.to_string(), "schedule.parts[1].gamma is -1, it must be greater than 0");
    let inner = shaped(ProductShape { parts: vec![constant(), shaped(plateau(0.5, 1, 0.0))] });
    let error = sequence(vec![inner], vec![]);
    assert!(error.to_string().starts_with("schedule.parts[0].parts[1] cannot be of this kind"), "{error}");
    assert_eq!(error.key().as_deref(), Some("schedule.parts[0].parts[1].kind"));
    let nothing = Sequential::new(Vec::new(), Vec::new()).unwrap_err();
    assert_eq!(nothing, OptimError::Parts { key: "schedule.starts".to_owned(), parts: 0, starts: 0 });
}
