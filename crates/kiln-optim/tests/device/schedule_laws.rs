//! Every schedule under the laws of `kiln_testkit::check_schedule`, and how parts fit together.

use kiln_core::{ErrorKind, Explain};
use kiln_optim::{
    Anneal, Constant, CycleMode, LearningRate, OptimError, Product, Schedule, ScheduleConfig, ScheduleFn,
    Sequential, ShapeConfig, ThresholdMode,
};
use kiln_testkit::{ScheduleLaws, check_schedule};

const LR: f64 = 0.5;
const PER_EPOCH: u64 = 20;
const STEPS: u64 = 400;

pub(crate) fn plateau(factor: f64, patience: u64, threshold: f64) -> ShapeConfig {
    let threshold_mode = ThresholdMode::Rel;
    ShapeConfig::Plateau { factor, patience, threshold, threshold_mode, cooldown: 0, min: 0.0 }
}

pub(crate) fn one_cycle(rise: f64, div: f64, final_div: f64) -> ShapeConfig {
    ShapeConfig::OneCycle {
        rise,
        div,
        final_div,
        anneal: Anneal::Cosine,
        three_phase: false,
        cycle_momentum: false,
        base_momentum: 0.85,
        max_momentum: 0.95,
    }
}

fn cyclic(mode: CycleMode) -> ShapeConfig {
    ShapeConfig::Cyclic {
        rise: 2.0,
        fall: Some(1.0),
        base: 0.1,
        mode,
        gamma: 0.9,
        cycle_momentum: false,
        base_momentum: 0.8,
        max_momentum: 0.9,
    }
}

fn shaped(shape: ShapeConfig) -> ScheduleConfig {
    ScheduleConfig { shape, ..Default::default() }
}

/// Name, shape, end as a share of the rate, largest change as a share of it.
fn shapes() -> Vec<(&'static str, ShapeConfig, Option<f64>, Option<f64>)> {
    let (gamma, end) = (0.5, 0.2);
    let parts = || vec![shaped(ShapeConfig::Constant), shaped(ShapeConfig::Cosine { end })];
    vec![
        ("constant", ShapeConfig::Constant, Some(1.0), Some(0.0)),
        ("step", ShapeConfig::Step { every: 1.5, gamma }, None, None),
        ("multi-step", ShapeConfig::MultiStep { milestones: vec![2.0, 7.25], gamma }, Some(0.25), None),
        ("exponential", ShapeConfig::Exponential { gamma }, None, Some(0.035)),
        ("polynomial", ShapeConfig::Polynomial { power: 2.0, end }, Some(end), Some(0.005)),
        ("inverse-time", ShapeConfig::InverseTime { rate: 0.5 }, None, Some(0.026)),
        ("inverse-power", ShapeConfig::InversePower { power: 0.5 }, None, Some(0.293)),
        ("linear", ShapeConfig::Linear { start: 0.5, end }, Some(end), Some(0.001)),
        ("cosine", ShapeConfig::Cosine { end }, Some(end), Some(0.004)),
        ("cosine-restarts", ShapeConfig::CosineRestarts { every: 3.0, mult: 2, gamma, end }, None, None),
        ("cyclic", cyclic(CycleMode::Triangular), None, Some(0.046)),
        ("cyclic, halved", cyclic(CycleMode::Triangular2), None, Some(0.046)),
        ("cyclic, exponential", cyclic(CycleMode::ExpRange), None, Some(0.046)),
        ("one-cycle", one_cycle(0.3, 25.0, 1e4), Some(1.0 / 25e4), Some(0.014)),
        (
            "stable-decay",
            ShapeConfig::StableDecay { decay: 0.25, end, anneal: Anneal::Linear },
            Some(end),
            Some(0.009),
        ),
        ("noam", ShapeConfig::Noam { rise: 3.0, model_size: None }, None, Some(0.017)),
        ("sequential", ShapeConfig::Sequential { parts: parts(), starts: vec![5.0] }, Some(end), Some(0.005)),
        ("product", ShapeConfig::Product { parts: parts() }, Some(end), Some(0.004)),
        ("plateau", plateau(0.5, 1, 0.0), Some(1.0), Some(0.0)),
    ]
}

#[test]
fn every_schedule_keeps_the_laws() {
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
    let mut cycle = one_cycle(0.3, 25.0, 1e4);
    let mut waves = cyclic(CycleMode::Triangular);
    for shape in [&mut cycle, &mut waves] {
        if let ShapeConfig::OneCycle { cycle_momentum, .. } | ShapeConfig::Cyclic { cycle_momentum, .. } =
            shape
        {
            *cycle_momentum = true;
        }
    }
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
    let config = shaped(ShapeConfig::Linear { start: 1.0, end: 0.5 });
    let decay = config.build_for("weight_decay_schedule", 0.02, PER_EPOCH, STEPS).unwrap();
    assert_eq!((decay.at(0), decay.at(STEPS / 2), decay.at(STEPS)), (0.02, 0.015, 0.01));
    let error =
        shaped(ShapeConfig::Cosine { end: 2.0 }).build_for("momentum_schedule", 0.9, 1, 1).unwrap_err();
    assert_eq!(error.to_string(), "momentum_schedule.end is 2, it must be at least 0 and at most 1");
    let error = shaped(plateau(0.5, 1, 0.0)).build_for("momentum_schedule", 0.9, 1, 1).unwrap_err();
    assert!(error.to_string().starts_with("momentum_schedule cannot be of this kind: a plateau"), "{error}");
}

#[test]
fn parts_that_do_not_fit_are_refused_by_name() {
    let constant = || shaped(ShapeConfig::Constant);
    let sequence =
        |parts, starts| shaped(ShapeConfig::Sequential { parts, starts }).build(LR, 10, 100).unwrap_err();
    let error = sequence(vec![constant()], vec![1.0]);
    assert_eq!(error, OptimError::Parts { parts: 1, starts: 1 });
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.help().is_some_and(|help| help.contains("starts = [")));
    let error = sequence(vec![constant(), constant(), constant()], vec![3.0, 2.0]);
    assert_eq!(error.to_string(), "schedule.starts must rise, 2 comes after 3");
    let error = sequence(vec![constant(), shaped(ShapeConfig::Exponential { gamma: -1.0 })], vec![3.0]);
    assert_eq!(error.to_string(), "schedule.parts[1].gamma is -1, it must be greater than 0");
    let inner = shaped(ShapeConfig::Product { parts: vec![constant(), shaped(plateau(0.5, 1, 0.0))] });
    let error = sequence(vec![inner], vec![]);
    assert!(error.to_string().starts_with("schedule.parts[0].parts[1] cannot be of this kind"), "{error}");
    let nothing = Sequential::new(Vec::new(), Vec::new()).unwrap_err();
    assert_eq!(nothing, OptimError::Parts { parts: 0, starts: 0 });
}
